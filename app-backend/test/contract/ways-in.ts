import { describe, expect, test } from "@jest/globals";
import { noFactors } from "../../src/domain/factor.ts";
import { after } from "../../src/domain/time.ts";
import type { Factors } from "../../src/ports/factors.ts";
import type { Passkeys } from "../../src/ports/passkeys.ts";
import type { ProviderIdentities } from "../../src/ports/provider-identities.ts";
import { at, reference, someIdentity, somePasskey, waysIn } from "./fixtures.ts";
import { type Open, whileOpen } from "./opened.ts";
import { isBroken } from "./races.ts";

/** What the ports promise together. */
export interface Ways {
  readonly factors: Factors;
  readonly identities: ProviderIdentities;
  readonly passkeys: Passkeys;
}

export function waysInContract(open: Open<Ways>, rounds = 50): void {
  const opened = whileOpen(open);

  describe("ways into an account", () => {
    test("PKY-11, IDP-11 of an identity and a passkey that are removed at once one stays", async () => {
      const { port, raw } = opened();
      const race = async () => {
        const accountId = await raw.addAccount({ credential: "" });
        const [identity, passkey] = [someIdentity(accountId), somePasskey(accountId)];
        await port.identities.add(identity);
        await port.passkeys.add(passkey, [reference()], { at, what: "passkey_added", device: "" });
        const event = { at, what: "passkey_removed", device: "" } as const;
        const outcomes = await Promise.all([
          port.identities.remove(identity, waysIn),
          port.passkeys.remove(passkey, event, waysIn),
        ]);
        expect(outcomes.toSorted()).toEqual(["last", "removed"]);
        const left = [
          await port.identities.listOfAccount(accountId),
          await port.passkeys.listOfAccount(accountId),
        ];
        return left.flat().length;
      };
      expect(await isBroken(race, rounds)).toBe(false);
    });

    test("MFA-23 a reset removes passkeys, frees them and ends all sessions, and leaves those without which an account is closed", async () => {
      const { port, raw } = opened();
      const event = { at, what: "passkey_added", device: "" } as const;
      const reset = { at: after(at, 1000), what: "factors_reset", device: "Operator" } as const;
      const add = async (accountId: string) => {
        const kinds = [{}, { asked: true }, { userVerified: false, asked: true }];
        const passkeys = kinds.map((facts) => somePasskey(accountId, facts));
        for (const passkey of passkeys) await port.passkeys.add(passkey, [reference()], event);
        return passkeys;
      };
      const [withPassword, linked, closed] = [
        await raw.addAccount(),
        await raw.addAccount({ credential: "" }),
        await raw.addAccount({ credential: "" }),
      ];
      await port.identities.add(someIdentity(linked));
      for (const accountId of [withPassword, linked]) {
        const passkeys = await add(accountId);
        const done = await port.factors.reset(accountId, reset);
        expect(done).toMatchObject({ before: { passkeys: { count: 3, asked: 2 } }, keptPasskeys: 0 });
        expect(await port.passkeys.listOfAccount(accountId)).toEqual([]);
        expect(await port.factors.get(accountId)).toEqual(noFactors);
        expect((await raw.versions(accountId)).account).toBe(1);
        const [{ credentialId } = somePasskey("")] = passkeys;
        const other = await raw.addAccount();
        await port.passkeys.add(somePasskey(other, { credentialId }), [reference()], event);
        expect((await port.factors.listEvents(accountId))[0]).toEqual(reset);
      }
      await add(closed);
      for (const _ of [1, 2]) {
        expect(await port.factors.reset(closed, reset)).toMatchObject({ keptPasskeys: 2 });
        const left = await port.passkeys.listOfAccount(closed);
        expect(left.map(({ userVerified, asked }) => [userVerified, asked])).toEqual([
          [true, false],
          [true, false],
        ]);
        expect((await raw.versions(closed)).account).toBe(1);
      }
    });

    test("PKY-11, IDP-11 a passkey of another domain keeps no account open", async () => {
      const { port, raw } = opened();
      const accountId = await raw.addAccount({ credential: "" });
      const identity = someIdentity(accountId);
      await port.identities.add(identity);
      const event = { at, what: "passkey_added", device: "" } as const;
      await port.passkeys.add(somePasskey(accountId, { rpId: "former.example" }), [reference()], event);
      expect(await port.identities.remove(identity, waysIn)).toBe("last");
      await port.passkeys.add(somePasskey(accountId), [reference()], event);
      expect(await port.identities.remove(identity, waysIn)).toBe("removed");
    });
  });
}
