import { randomUUID } from "node:crypto";
import { beforeEach, describe, expect, test } from "@jest/globals";
import type { FactorEvent, FactorEventName } from "../../src/domain/factor.ts";
import { maxPasskeys, type Passkey } from "../../src/domain/passkey.ts";
import { after } from "../../src/domain/time.ts";
import type { Passkeys } from "../../src/ports/passkeys.ts";
import { at, reference, somePasskey, waysIn } from "./fixtures.ts";
import { type Open, whileOpen } from "./opened.ts";
import { isBroken, winnersOfRounds } from "./races.ts";

export function passkeysContract(open: Open<Passkeys>, rounds = 20): void {
  const opened = whileOpen(open);
  let accountId: string;
  beforeEach(async () => {
    accountId = await opened().raw.addAccount();
  });

  const passkeys = () => opened().port;
  const stored = async () => (await passkeys().listOfAccount(accountId))[0];

  async function added(
    facts: Partial<Passkey> = {},
    hashes: readonly string[] = [reference()],
  ): Promise<Passkey> {
    const passkey = somePasskey(accountId, facts);
    await passkeys().add(passkey, hashes, eventOf("passkey_added"));
    return passkey;
  }

  const use = ({ id }: Passkey, counter: number, ofAccount = accountId) =>
    passkeys().use({ id, accountId: ofAccount, counter, backedUp: true, at: after(at, counter) });
  const remove = ({ id }: Passkey, ofAccount = accountId) =>
    passkeys().remove({ id, accountId: ofAccount }, eventOf("passkey_removed"), waysIn);

  describe("passkeys", () => {
    test("those of an account read back as they were added, the oldest first, and no other's", async () => {
      const second = await added({ createdAt: after(at, 1000), userVerified: false, asked: true });
      const first = await added({ transports: [], name: "Šperk 🔑" });
      await added({ accountId: await opened().raw.addAccount() });
      expect(await passkeys().listOfAccount(accountId)).toEqual([first, second]);
      expect(await passkeys().listOfAccount(randomUUID())).toEqual([]);
    });

    test("the first one comes with recovery codes, another and one beside an authenticator app do not", async () => {
      const [hash, other, third] = [reference(), reference(), reference()];
      expect(await passkeys().add(somePasskey(accountId), [hash], eventOf("passkey_added"))).toBe(true);
      expect(await passkeys().add(somePasskey(accountId), [other], eventOf("passkey_added"))).toBe(false);
      const withTotp = await opened().raw.addAccount();
      await opened().raw.addFactors({
        accountId: withTotp,
        totpId: randomUUID(),
        lastStep: 1,
        hashes: [reference()],
      });
      expect(await passkeys().add(somePasskey(withTotp), [third], eventOf("passkey_added"))).toBe(false);
      const counts = await Promise.all([hash, other, third].map((each) => opened().raw.count(each)));
      expect(counts).toEqual([1, 0, 0]);
    });

    test("PKY-01 one that is asked for ends all sessions but one with the same write", async () => {
      const [kept, other] = [randomUUID(), randomUUID()];
      for (const id of [kept, other]) await opened().raw.addSession({ accountId, id });
      const add = (sessionId?: string) =>
        passkeys().add(
          somePasskey(accountId),
          [reference()],
          eventOf("passkey_added"),
          sessionId === undefined ? undefined : { sessionId, proven: { proofs: ["passkey"], provedAt: at } },
        );
      await add();
      const versions = (account: number) => ({ account, sessions: { [kept]: account, [other]: 0 } });
      expect(await opened().raw.versions(accountId)).toEqual(versions(0));
      await add(kept);
      expect(await opened().raw.versions(accountId)).toEqual(versions(1));
      for (const wrong of [other, randomUUID()])
        await expect(add(wrong)).rejects.toMatchObject({ code: "not_signed_in" });
      expect(await opened().raw.versions(accountId)).toEqual(versions(1));
      expect(await passkeys().listOfAccount(accountId)).toHaveLength(2);
    });

    test("PKY-04 a credential belongs to one account once, and what is stored stays", async () => {
      const passkey = await added({ counter: 5 });
      const other = await opened().raw.addAccount();
      for (const owner of [accountId, other]) {
        const { credentialId } = passkey;
        const again = somePasskey(owner, { credentialId, publicKey: "another", counter: 9 });
        const refused = passkeys().add(again, [reference()], eventOf("passkey_added"));
        await expect(refused).rejects.toMatchObject({ code: "passkey_taken" });
      }
      expect(await passkeys().listOfAccount(accountId)).toEqual([passkey]);
      expect(await passkeys().listOfAccount(other)).toEqual([]);
    });

    test("PKY-04 of parallel registrations of one credential one succeeds", async () => {
      const owners = await Promise.all(Array.from({ length: 5 }, () => opened().raw.addAccount()));
      const { credentialId } = somePasskey(accountId);
      const tries = await Promise.allSettled(
        owners.map((owner) =>
          passkeys().add(somePasskey(owner, { credentialId }), [reference()], eventOf("passkey_added")),
        ),
      );
      const refused = tries.flatMap((each) => (each.status === "rejected" ? [each.reason.code] : []));
      expect(refused).toEqual(Array.from({ length: 4 }, () => "passkey_taken"));
      const lists = await Promise.all(owners.map((owner) => passkeys().listOfAccount(owner)));
      expect(lists.flat()).toHaveLength(1);
    });

    test("an account has a limited number of them, and one that is gone or being removed gets none", async () => {
      for (let count = 0; count < maxPasskeys; count += 1) await added();
      await expect(added()).rejects.toMatchObject({ code: "quota_exceeded" });
      for (const id of [randomUUID(), await opened().raw.addAccount({ isRemoved: true })]) {
        const passkey = somePasskey(id);
        const refused = passkeys().add(passkey, [reference()], eventOf("passkey_added"));
        await expect(refused).rejects.toMatchObject({ code: "not_signed_in" });
        expect(await opened().raw.count(passkey.credentialId)).toBe(0);
      }
    });

    test("PKY-05 a counter only rises, unless the authenticator counts nothing", async () => {
      const counting = await added({ counter: 5 });
      for (const counter of [5, 3, 0]) expect(await use(counting, counter)).toBe(false);
      expect(await use(counting, 7)).toBe(true);
      expect(await use(counting, 6)).toBe(false);
      expect(await stored()).toMatchObject({ counter: 7, backedUp: true, lastUsedAt: after(at, 7) });
      expect(await use(counting, 8)).toBe(true);
      const silent = await added({ counter: 0 });
      for (const counter of [0, 0, 1]) expect(await use(silent, counter)).toBe(true);
      expect(await use(silent, 0)).toBe(false);
      expect(await use(silent, 2, await opened().raw.addAccount())).toBe(false);
    });

    test("PKY-05 of parallel uses of one counter one counts", async () => {
      const passkey = await added({ counter: 1 });
      let counter = 1;
      const winners = await winnersOfRounds(async () => {
        counter += 1;
        const uses = await Promise.all([0, 1, 2].map(() => use(passkey, counter)));
        return uses.filter(Boolean).length;
      }, rounds);
      expect(new Set(winners)).toEqual(new Set([1]));
      expect((await stored())?.counter).toBe(counter);
    });

    test("a name is replaced, of the account's own alone", async () => {
      const { id } = await added();
      const other = await opened().raw.addAccount();
      for (const name of ["Phone", "Phone"])
        expect(await passkeys().rename({ accountId, id }, name)).toBe(true);
      expect(await passkeys().rename({ accountId: other, id }, "Theirs")).toBe(false);
      expect(await passkeys().rename({ accountId, id: randomUUID() }, "None")).toBe(false);
      expect((await stored())?.name).toBe("Phone");
    });

    test("a removed one is free again, and the recovery codes go with the last", async () => {
      const hash = reference();
      const [first, second] = [await added({}, [hash]), await added()];
      expect(await remove(first, await opened().raw.addAccount())).toBe("missing");
      expect(await remove(first)).toBe("removed");
      expect(await remove(first)).toBe("missing");
      expect(await opened().raw.count(hash)).toBe(1);
      expect(await remove(second)).toBe("removed");
      expect(await opened().raw.count(hash)).toBe(0);
      await added({ credentialId: first.credentialId });
    });

    test("PKY-11 the last way into an account stays", async () => {
      accountId = await opened().raw.addAccount({ credential: "" });
      const [one, other] = [await added(), await added()];
      const key = await added({ userVerified: false, asked: true });
      expect(await remove(one)).toBe("removed");
      expect(await remove(other)).toBe("last");
      expect(await remove(key)).toBe("removed");
      expect(await remove(other)).toBe("last");
      expect(await passkeys().listOfAccount(accountId)).toEqual([other]);
    });

    test("PKY-11 a passkey of another domain is no way in, and an identity of a former provider is none", async () => {
      accountId = await opened().raw.addAccount({ credential: "" });
      const only = await added();
      const former = await added({ rpId: "former.example" });
      await opened().raw.addIdentity({ accountId, issuer: "https://former.example" });
      expect(await remove(only)).toBe("last");
      expect(await remove(former)).toBe("removed");
      const {
        issuers: [issuer = ""],
      } = waysIn;
      await opened().raw.addIdentity({ accountId, issuer });
      expect(await remove(only)).toBe("removed");
    });

    test("PKY-11 of two that are removed at once one stays", async () => {
      const race = async () => {
        accountId = await opened().raw.addAccount({ credential: "" });
        const both = [await added(), await added()];
        await Promise.all(both.map((each) => remove(each)));
        return (await passkeys().listOfAccount(accountId)).length;
      };
      expect(await isBroken(race, rounds)).toBe(false);
    });

    test("a copy is noted among the events", async () => {
      await added();
      await passkeys().noteCopy(accountId, eventOf("passkey_copied"));
      expect(await opened().raw.count("passkey_copied")).toBe(1);
    });

    test("the removal of an account removes its own alone, and frees them", async () => {
      const [one, other] = [await added(), await added()];
      const kept = await added({ accountId: await opened().raw.addAccount() });
      await opened().raw.markRemoved(accountId);
      for (const id of [accountId, accountId, randomUUID()]) await passkeys().removeOfAccount(id);
      for (const { credentialId } of [one, other]) expect(await opened().raw.count(credentialId)).toBe(0);
      expect(await passkeys().listOfAccount(kept.accountId)).toEqual([kept]);
      accountId = await opened().raw.addAccount();
      await added({ credentialId: one.credentialId });
    });
  });
}

function eventOf(what: FactorEventName): FactorEvent {
  return { at, what, device: "Firefox on Linux" };
}
