import { randomUUID } from "node:crypto";
import { describe, expect, test } from "@jest/globals";
import type { Account } from "../../src/domain/account.ts";
import type { Accounts } from "../../src/ports/accounts.ts";
import { at, someAccount, someIdentity } from "./fixtures.ts";
import { type Open, whileOpen } from "./opened.ts";

export function accountsContract(open: Open<Accounts>): void {
  const opened = whileOpen(open);

  async function addAccount(facts: Partial<Account> = {}): Promise<Account> {
    const account = someAccount(facts);
    await opened().port.add(account, "credential");
    return account;
  }

  describe("accounts", () => {
    test("an account reads back as it was added, by id and by address in any case", async () => {
      const { port: accounts, raw } = opened();
      const account = await addAccount({ email: `Ada.${randomUUID()}@Example.org`, firstName: "Ada 🌸" });
      expect(await accounts.get(account.id)).toEqual(account);
      expect(await accounts.getByEmail(account.email.toUpperCase())).toEqual(account);
      expect(await raw.count(account.email)).toBeGreaterThan(0);
    });

    test("an account that is not there is undefined, and removing it is no error", async () => {
      const { port: accounts } = opened();
      expect(await accounts.get(randomUUID())).toBeUndefined();
      expect(await accounts.getByEmail("unknown@example.org")).toBeUndefined();
      await accounts.markRemoved(randomUUID(), at);
      await expect(accounts.remove(randomUUID())).resolves.toBeUndefined();
    });

    test("AUTH-05 of parallel accounts for one address one is added, the others are refused", async () => {
      const { port: accounts, raw } = opened();
      const email = `${randomUUID()}@example.org`;
      const all = Array.from({ length: 10 }, () => someAccount({ email }));
      const tries = await Promise.allSettled(all.map((account) => accounts.add(account, "credential")));
      const refused = tries.flatMap((result) => (result.status === "rejected" ? [result.reason.code] : []));
      expect(refused).toEqual(Array.from({ length: 9 }, () => "email_taken"));
      for (const [index, { id }] of all.entries())
        expect((await raw.count(id)) > 0).toBe(tries[index]!.status === "fulfilled");
    });

    test("IDP-10 an account without a password is added together with its identity, or not at all", async () => {
      const { port: accounts, raw } = opened();
      const account = someAccount({ confirmed: true });
      const identity = someIdentity(account.id);
      await accounts.addWithIdentity(account, identity);
      expect(await accounts.get(account.id)).toEqual(account);
      expect(await accounts.getByEmail(account.email)).toEqual(account);
      expect(await raw.count(identity.id)).toBeGreaterThan(0);

      const sameIdentity = someAccount();
      const linked = { ...someIdentity(sameIdentity.id), subject: identity.subject };
      const second = accounts.addWithIdentity(sameIdentity, linked);
      await expect(second).rejects.toMatchObject({ code: "identity_taken" });
      const sameAddress = someAccount({ email: account.email });
      const other = someIdentity(sameAddress.id);
      const third = accounts.addWithIdentity(sameAddress, other);
      await expect(third).rejects.toMatchObject({ code: "email_taken" });
      for (const text of [sameIdentity.id, sameAddress.id, linked.id, other.id])
        expect(await raw.count(text)).toBe(0);
    });

    test("IDP-10 of parallel first sign-ins of one identity one adds its account", async () => {
      const { port: accounts, raw } = opened();
      const { email } = someAccount();
      const { subject } = someIdentity("");
      const all = Array.from({ length: 5 }, () => someAccount({ email }));
      const tries = await Promise.allSettled(
        all.map((account) => accounts.addWithIdentity(account, { ...someIdentity(account.id), subject })),
      );
      expect(tries.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
      for (const [index, { id }] of all.entries())
        expect((await raw.count(id)) > 0).toBe(tries[index]!.status === "fulfilled");
    });

    test("USE-23 one mailbox is one account, its domain in Unicode or in punycode", async () => {
      const { port: accounts } = opened();
      const name = randomUUID();
      const both = [`${name}@b\u00fccher.example`, `${name}@xn--bcher-kva.example`] as const;
      const add = (email: string) => accounts.add(someAccount({ email }), "credential");
      for (const [typed, other] of [both, both.toReversed()] as const) {
        const account = await addAccount({ email: typed! });
        await expect(add(other!)).rejects.toMatchObject({ code: "email_taken" });
        for (const email of both) expect((await accounts.getByEmail(email))?.id).toBe(account.id);
        expect((await accounts.getByEmail(typed!.toUpperCase()))?.email).toBe(typed);
        await accounts.markRemoved(account.id, at);
      }
      const outcomes = await Promise.allSettled([...both, ...both, ...both].map(add));
      expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    });

    test("a profile changes only the fields that are passed, and null clears one", async () => {
      const { port: accounts } = opened();
      const { id } = await addAccount({ username: "ada", lastName: "Lovelace" });
      await accounts.replaceProfile(id, { firstName: "Ada", lastName: null });
      expect(await accounts.get(id)).toMatchObject({ username: "ada", firstName: "Ada", lastName: null });
      await accounts.replaceProfile(id, {});
      expect(await accounts.get(id)).toMatchObject({ username: "ada", firstName: "Ada" });
    });

    test("of parallel replacements of one picture one succeeds", async () => {
      const { port: accounts } = opened();
      const { id, pictureKey } = await addAccount();
      const tries = Array.from({ length: 8 }, (_, index) =>
        accounts.replacePicture(id, pictureKey, `to/${index}`),
      );
      const taken = await Promise.all(tries);
      expect(taken.filter(Boolean)).toHaveLength(1);
      expect((await accounts.get(id))?.pictureKey).toBe(`to/${taken.indexOf(true)}`);
    });

    test("confirming is remembered, of that account alone", async () => {
      const { port: accounts } = opened();
      const [{ id }, other] = [await addAccount(), await addAccount()];
      await accounts.confirm(id);
      expect((await accounts.get(id))?.confirmed).toBe(true);
      expect((await accounts.get(other.id))?.confirmed).toBe(false);
    });

    test("AUTH-27 an account that is marked as removed is gone, holds no personal data, and its address is free", async () => {
      const { port: accounts, raw } = opened();
      const [username, lastName] = [`ada ${randomUUID()}`, `Lovelace ${randomUUID()}`];
      const { id, email, pictureKey } = await addAccount({ username, lastName });
      await accounts.markRemoved(id, at);
      expect(await accounts.get(id)).toBeUndefined();
      expect(await accounts.getByEmail(email)).toBeUndefined();
      await accounts.replaceProfile(id, { firstName: `late ${id}` });
      await accounts.confirm(id);
      for (const from of [pictureKey, ""])
        expect(await accounts.replacePicture(id, from, `pictures/${id}/late.png`)).toBe(false);
      expect(await raw.count(id)).toBe(1);
      for (const text of [email, pictureKey, username, lastName, "late"])
        expect(await raw.count(text)).toBe(0);
      const next = someAccount({ email });
      await accounts.add(next, "credential");
      await accounts.markRemoved(id, at);
      expect(await accounts.getByEmail(email)).toEqual(next);
    });

    test("marked accounts are listed page by page until their records are removed", async () => {
      const { port: accounts, raw } = opened();
      for (const id of await accounts.listRemoved("", 100)) await accounts.remove(id);
      const [kept, ...removed] = await Promise.all([1, 2, 3, 4, 5, 6].map(() => addAccount()));
      for (const { id } of removed) await accounts.markRemoved(id, at);
      const ids: string[] = [];
      for (let page = ["first"]; page.length > 0; ids.push(...page))
        page = await accounts.listRemoved(ids.at(-1) ?? "", 2);
      expect(ids).toEqual(removed.map(({ id }) => id).toSorted());
      for (const { id } of [kept!, ...removed, removed[0]!]) await accounts.remove(id);
      expect(await accounts.listRemoved("", 100)).toEqual([]);
      expect(await accounts.get(kept!.id)).toEqual(kept);
      for (const id of ids) expect(await raw.count(id)).toBe(0);
    });
  });
}
