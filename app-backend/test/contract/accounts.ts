import { randomUUID } from "node:crypto";
import { describe, expect, test } from "@jest/globals";
import { addAccount, type OpenStores, someAccount, someSession, withStores } from "./stores.ts";

export function accountsContract(open: OpenStores): void {
  const stores = withStores(open);

  describe("accounts", () => {
    test("an account reads back as it was added, by id and by address in any case", async () => {
      const account = await addAccount(stores(), {
        email: `Ada.${randomUUID()}@Example.org`,
        firstName: "Ada 🌸",
      });
      expect(await stores().accounts.get(account.id)).toEqual(account);
      expect(await stores().accounts.getByEmail(account.email.toUpperCase())).toEqual(account);
    });

    test("an account that is not there is undefined, and removing it is no error", async () => {
      const { accounts } = stores();
      expect(await accounts.get(randomUUID())).toBeUndefined();
      expect(await accounts.getByEmail("unknown@example.org")).toBeUndefined();
      expect(await accounts.remove(randomUUID())).toEqual([]);
    });

    test("AUTH-05 of parallel accounts for one address one is added, the others are refused", async () => {
      const email = `${randomUUID()}@example.org`;
      const tries = Array.from({ length: 10 }, () => stores().accounts.add(someAccount({ email })));
      const refused = (await Promise.allSettled(tries)).flatMap((result) =>
        result.status === "rejected" ? [result.reason.code] : [],
      );
      expect(refused).toEqual(Array.from({ length: 9 }, () => "email_taken"));
    });

    test("USE-23 one mailbox is one account, its domain in Unicode or in punycode", async () => {
      const { accounts } = stores();
      const name = randomUUID();
      const both = [`${name}@b\u00fccher.example`, `${name}@xn--bcher-kva.example`] as const;
      for (const [typed, other] of [both, both.toReversed()] as const) {
        const account = await addAccount(stores(), { email: typed! });
        await expect(accounts.add(someAccount({ email: other! }))).rejects.toMatchObject({
          code: "email_taken",
        });
        for (const email of both) expect((await accounts.getByEmail(email))?.id).toBe(account.id);
        expect((await accounts.getByEmail(typed!.toUpperCase()))?.email).toBe(typed);
        await accounts.remove(account.id);
      }
      const tries = [...both, ...both, ...both].map((email) => accounts.add(someAccount({ email })));
      const outcomes = (await Promise.allSettled(tries)).map(({ status }) => status);
      expect(outcomes.filter((status) => status === "fulfilled")).toHaveLength(1);
    });

    test("a profile changes only the fields that are passed, and null clears one", async () => {
      const { accounts } = stores();
      const { id } = await addAccount(stores(), { username: "ada", lastName: "Lovelace" });
      await accounts.replaceProfile(id, { firstName: "Ada", lastName: null });
      expect(await accounts.get(id)).toMatchObject({ username: "ada", firstName: "Ada", lastName: null });
      await accounts.replaceProfile(id, {});
      expect(await accounts.get(id)).toMatchObject({ username: "ada", firstName: "Ada" });
    });

    test("of parallel replacements of one picture one succeeds", async () => {
      const { accounts } = stores();
      const { id, pictureKey } = await addAccount(stores());
      const tries = Array.from({ length: 8 }, (_, index) =>
        accounts.replacePicture(id, pictureKey, `to/${index}`),
      );
      const taken = await Promise.all(tries);
      expect(taken.filter(Boolean)).toHaveLength(1);
      expect((await accounts.get(id))?.pictureKey).toBe(`to/${taken.indexOf(true)}`);
    });

    test("a new password raises the version, of that account alone", async () => {
      const { accounts } = stores();
      const [own, other] = [await addAccount(stores()), await addAccount(stores())];
      expect(await accounts.replacePassword(own.id, { from: 0, to: "new hash" })).toBe(1);
      expect(await accounts.get(own.id)).toEqual({ ...own, passwordHash: "new hash", credentialVersion: 1 });
      expect(await accounts.replacePassword(own.id, { to: "newer hash" })).toBe(2);
      expect(await accounts.credentialVersion(own.id)).toBe(2);
      expect(await accounts.credentialVersion(other.id)).toBe(0);
      expect(await accounts.credentialVersion(randomUUID())).toBeUndefined();
    });

    test("a password is replaced only if it is still the one that was verified", async () => {
      const { accounts } = stores();
      const { id } = await addAccount(stores());
      expect(await accounts.replacePassword(id, { from: 1, to: "new" })).toBeUndefined();
      expect(await accounts.replacePassword(randomUUID(), { to: "new" })).toBeUndefined();
      expect((await accounts.get(id))?.passwordHash).toBe("hash");
    });

    test("of parallel replacements of one password one succeeds", async () => {
      const { accounts } = stores();
      const { id } = await addAccount(stores());
      const tries = Array.from({ length: 8 }, (_, index) =>
        accounts.replacePassword(id, { from: 0, to: `hash ${index}` }),
      );
      const versions = await Promise.all(tries);
      expect(versions.filter((version) => version === 1)).toHaveLength(1);
      expect((await accounts.get(id))?.passwordHash).toBe(`hash ${versions.indexOf(1)}`);
    });

    test("confirming is remembered, of that account alone", async () => {
      const { id } = await addAccount(stores());
      const other = await addAccount(stores());
      await stores().accounts.confirm(id);
      expect((await stores().accounts.get(id))?.confirmed).toBe(true);
      expect((await stores().accounts.get(other.id))?.confirmed).toBe(false);
    });

    test("a removed account leaves nothing anywhere, and its address is free", async () => {
      const account = await addAccount(stores());
      await stores().sessions.add(someSession(account.id));
      const code = { accountId: account.id, purpose: "reset", hash: "0".repeat(64) } as const;
      await stores().codes.replace({ ...code, expiresAt: new Date() });
      expect(await stores().dump()).toContain(account.id);
      expect(await stores().accounts.remove(account.id)).toEqual([account.pictureKey]);
      expect(await stores().dump()).not.toContain(account.id);
      await stores().accounts.add(someAccount({ email: account.email }));
    });
  });
}
