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
      expect(await accounts.getByEmail("nobody@example.org")).toBeUndefined();
      expect(await accounts.remove(randomUUID())).toEqual([]);
    });

    test("AUTH-05 of parallel accounts for one address one is added, the others are told", async () => {
      const email = `${randomUUID()}@example.org`;
      const tries = Array.from({ length: 10 }, () => stores().accounts.add(someAccount({ email })));
      const refused = (await Promise.allSettled(tries)).flatMap((result) =>
        result.status === "rejected" ? [result.reason.code] : [],
      );
      expect(refused).toEqual(Array.from({ length: 9 }, () => "email_taken"));
    });

    test("a profile changes where it is named, and is cleared by null", async () => {
      const { accounts } = stores();
      const { id } = await addAccount(stores(), { username: "ada", lastName: "Lovelace" });
      await accounts.replaceProfile(id, { firstName: "Ada", lastName: null });
      expect(await accounts.get(id)).toMatchObject({ username: "ada", firstName: "Ada", lastName: null });
      await accounts.replaceProfile(id, {});
      expect(await accounts.get(id)).toMatchObject({ username: "ada", firstName: "Ada" });
    });

    test("of parallel replacements of one picture one is taken", async () => {
      const { accounts } = stores();
      const { id, pictureKey } = await addAccount(stores());
      const tries = Array.from({ length: 8 }, (_, index) =>
        accounts.replacePicture(id, pictureKey, `to/${index}`),
      );
      const taken = await Promise.all(tries);
      expect(taken.filter(Boolean)).toHaveLength(1);
      expect((await accounts.get(id))?.pictureKey).toBe(`to/${taken.indexOf(true)}`);
    });

    test("a new password ends all sessions but the one that is kept", async () => {
      const { accounts, sessions } = stores();
      const [own, other] = [await addAccount(stores()), await addAccount(stores())];
      const [kept, ended, others] = [someSession(own.id), someSession(own.id), someSession(other.id)];
      for (const session of [kept, ended, others]) await sessions.add(session, "hash");
      await accounts.replacePassword(own.id, { from: "hash", to: "new hash", keptSessionId: kept.id });
      expect((await accounts.get(own.id))?.passwordHash).toBe("new hash");
      expect(await sessions.get(kept.id)).toBeDefined();
      expect(await sessions.get(ended.id)).toBeUndefined();
      expect(await sessions.get(others.id)).toBeDefined();
      await accounts.replacePassword(own.id, { to: "newer hash" });
      expect(await sessions.get(kept.id)).toBeUndefined();
    });

    test("a password is replaced only where it is the one that was proved", async () => {
      const { accounts, sessions } = stores();
      const { id } = await addAccount(stores());
      expect(await accounts.replacePassword(id, { from: "another", to: "new" })).toBe(false);
      expect((await accounts.get(id))?.passwordHash).toBe("hash");
      await accounts.replacePassword(id, { from: "hash", to: "new" });
      expect(await sessions.add(someSession(id), "hash")).toBe(false);
      expect(await sessions.add(someSession(id), "new")).toBe(true);
    });

    test("confirming is remembered", async () => {
      const { id } = await addAccount(stores());
      await stores().accounts.confirm(id);
      expect((await stores().accounts.get(id))?.confirmed).toBe(true);
    });

    test("a removed account leaves nothing anywhere, and its address is free", async () => {
      const account = await addAccount(stores());
      await stores().sessions.add(someSession(account.id), "hash");
      const code = { accountId: account.id, purpose: "reset", hash: "0".repeat(64) } as const;
      await stores().codes.replace({ ...code, expiresAt: new Date() });
      expect(await stores().dump()).toContain(account.id);
      expect(await stores().accounts.remove(account.id)).toEqual([account.pictureKey]);
      expect(await stores().dump()).not.toContain(account.id);
      await stores().accounts.add(someAccount({ email: account.email }));
    });
  });
}
