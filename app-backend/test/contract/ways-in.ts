import { describe, expect, test } from "@jest/globals";
import type { Passkeys } from "../../src/ports/passkeys.ts";
import type { ProviderIdentities } from "../../src/ports/provider-identities.ts";
import { at, reference, someIdentity, somePasskey, waysIn } from "./fixtures.ts";
import { type Open, whileOpen } from "./opened.ts";
import { isBroken } from "./races.ts";

/** What the ports promise together. */
export interface Ways {
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
