import { randomUUID } from "node:crypto";
import { beforeEach, describe, expect, test } from "@jest/globals";
import type { Spend } from "../../src/domain/factor.ts";
import type { Identity, IdentityProvider } from "../../src/ports/identity-provider.ts";
import { at as now, reference } from "./fixtures.ts";
import { type Opened, whileOpen } from "./opened.ts";

export interface OpenedIdentityProvider extends Opened<IdentityProvider> {
  /** The last code that was mailed to the address; undefined if there was none. */
  mailedCode(email: string): string | undefined | Promise<string | undefined>;
  /** Moves the clock of the provider. */
  advance(ms: number): void | Promise<void>;
  /** How many digits its codes have, and how long one confirms an address. */
  readonly codes: { readonly digits: number; readonly lifeMs: number };
  /** From now on, or no longer, passwords are refused as `unavailable`. */
  refusePasswords(refused: boolean): void | Promise<void>;
}

const password = "correct horse battery";
const next = "a much better one";

export function identityProviderContract(open: () => Promise<OpenedIdentityProvider>): void {
  const opened = whileOpen(open);
  let account: Identity;

  beforeEach(async () => {
    account = await signedUp();
  });

  async function signedUp(): Promise<Identity> {
    const id = randomUUID();
    const identity = { id, email: `${id}@example.org`, confirmed: false, credentialVersion: 0 };
    const credential = await opened().port.signUp(identity, password);
    await opened().raw.addAccount({ ...identity, credential });
    return identity;
  }

  async function confirmed(): Promise<Identity> {
    expect(await opened().port.confirm(account, await newCode("confirm"))).toBe(true);
    return { ...account, confirmed: true };
  }

  /** Of no account. */
  const stranger = (): Identity => ({ ...account, id: randomUUID(), email: `${randomUUID()}@example.org` });
  const at = (credentialVersion: number, of: Identity): Identity => ({ ...of, credentialVersion });

  async function newCode(purpose: "confirm" | "reset", of = account, hasRecoveryCodes = false) {
    await opened().port.requestCode(purpose, of, hasRecoveryCodes);
    return (await opened().mailedCode(of.email))!;
  }

  const other = (code: string) => [...code].toReversed().join("") + (code.at(-1) === "1" ? "2" : "1");

  describe("an identity provider", () => {
    test("a sign-up that is withdrawn leaves nothing, and its address is free", async () => {
      const { port: identity, raw } = opened();
      const first = { ...stranger(), email: `${randomUUID()}@example.org` };
      const credential = await identity.signUp(first, password);
      for (const _ of [1, 2]) await identity.withdraw(first, credential);
      expect(await identity.authenticate(first, password)).toBe(false);
      const second = { ...first, id: randomUUID() };
      await raw.addAccount({ ...second, credential: await identity.signUp(second, next) });
      expect(await identity.authenticate(second, next)).toBe(true);
      expect(await identity.authenticate(second, password)).toBe(false);
    });

    test("knows the password of an account, and no other", async () => {
      const { port: identity, raw } = opened();
      for (const open of [async () => account, confirmed]) {
        const known = await open();
        expect(await identity.authenticate(known, password)).toBe(true);
        for (const wrong of [next, `${password} `, password.toUpperCase(), ""])
          expect(await identity.authenticate(known, wrong)).toBe(false);
      }
      expect(await identity.authenticate(stranger(), password)).toBe(false);
      expect(await identity.authenticate(undefined, password)).toBe(false);
      expect(await raw.count(password)).toBe(0);
    });

    test("replaces a password once for a version, and raises the version", async () => {
      const { port: identity } = opened();
      const known = await confirmed();
      expect(await identity.setPassword(known, next)).toBe(1);
      expect(await identity.authenticate(known, next)).toBe(true);
      expect(await identity.authenticate(known, password)).toBe(false);
      expect(await identity.setPassword(known, "of an older version")).toBeUndefined();
      expect(await identity.authenticate(known, next)).toBe(true);
      expect(await identity.setPassword({ ...stranger(), confirmed: true }, next)).toBeUndefined();
    });

    test("of parallel replacements of one password one succeeds", async () => {
      const { port: identity } = opened();
      const known = await confirmed();
      const tries = Array.from({ length: 4 }, (_, index) => identity.setPassword(known, `${next} ${index}`));
      const versions = await Promise.all(tries);
      expect(versions.filter((version) => version === 1)).toHaveLength(1);
      expect(await identity.authenticate(known, `${next} ${versions.indexOf(1)}`)).toBe(true);
    });

    test("AUTH-15 a code confirms once, and only its account, before it expires", async () => {
      const { port: identity, advance, codes } = opened();
      const code = await newCode("confirm");
      expect(await identity.confirm(account, other(code))).toBe(false);
      for (const none of [stranger(), undefined]) expect(await identity.confirm(none, code)).toBe(false);
      const uses = await Promise.all(Array.from({ length: 4 }, () => identity.confirm(account, code)));
      expect(uses.filter(Boolean)).toHaveLength(1);
      const second = await signedUp();
      const late = await newCode("confirm", second);
      await advance(codes.lifeMs);
      expect(await identity.confirm(second, late)).toBe(false);
    });

    test("AUTH-25 a second code replaces the first, and none serves another purpose", async () => {
      const { port: identity } = opened();
      const known = await confirmed();
      const first = await newCode("reset", known);
      const second = await newCode("reset", known);
      if (first !== second) expect(await identity.reset(known, first, next)).toBe(false);
      expect(await identity.confirm(known, second)).toBe(false);
      expect(await identity.reset(known, second, next)).toBe(true);
    });

    test("AUTH-15 a reset replaces the password once, and raises the version", async () => {
      const { port: identity } = opened();
      for (const open of [async () => account, confirmed]) {
        const known = await open();
        const code = await newCode("reset", known);
        expect(await identity.reset(known, other(code), next)).toBe(false);
        expect(await identity.reset(undefined, code, next)).toBe(false);
        expect(await identity.authenticate(known, password)).toBe(true);
        expect(await identity.reset(known, code, next)).toBe(true);
        const after = { ...known, confirmed: true };
        expect(await identity.authenticate(after, next)).toBe(true);
        expect(await identity.reset(at(1, after), code, password)).toBe(false);
        expect(await identity.setPassword(after, password)).toBeUndefined();
        expect(await identity.setPassword(at(1, after), password)).toBe(2);
        account = await signedUp();
      }
    });

    describe("PKY-11 an account without a password", () => {
      const right = reference();
      const recoveryOf = (hash: string): Spend => ({
        factor: "recovery",
        hashes: [hash],
        event: { at: now, what: "recovery_code_used", device: "curl" },
      });

      async function withoutPassword(): Promise<Identity> {
        const id = randomUUID();
        const known = { id, email: `${id}@example.org`, confirmed: true, credentialVersion: 0 };
        await opened().raw.addAccount({ ...known, credential: "" });
        await opened().raw.addFactors({ accountId: id, totpId: randomUUID(), lastStep: 0, hashes: [right] });
        return known;
      }

      test("gets none by a mailed code alone, and one by that and a recovery code, once", async () => {
        const { port: identity, raw } = opened();
        const known = await withoutPassword();
        const kept = await raw.count(right);
        expect(await newCode("reset", known)).toBeUndefined();
        const first = await newCode("reset", known, true);
        expect(await identity.reset(known, first, next)).toBe(false);
        expect(await identity.reset(known, other(first), next, recoveryOf(right))).toBe(false);
        expect(await identity.reset(known, first, next, recoveryOf(reference()))).toBe(false);
        expect(await identity.reset(known, first, next, recoveryOf(right))).toBe(false); // the code was spent
        expect(await identity.hasPassword(known.id)).toBe(false);
        expect(await raw.count(right)).toBe(kept);
        const code = await newCode("reset", known, true);
        for (const none of [stranger(), undefined])
          expect(await identity.reset(none, code, next, recoveryOf(right))).toBe(false);
        const uses = [0, 1, 2].map(() => identity.reset(known, code, next, recoveryOf(right)));
        const won = (await Promise.allSettled(uses)).filter((use) => use.status === "fulfilled" && use.value);
        expect(won).toHaveLength(1);
        expect(await identity.authenticate(known, next)).toBe(true);
        expect(await identity.setPassword(known, password)).toBeUndefined(); // the version was raised
        expect(await identity.setPassword(at(1, known), password)).toBe(2);
        expect(await raw.count(right)).toBe(kept - 1);
      });
    });

    test("AUTH-15 a new password voids the reset code", async () => {
      const { port: identity } = opened();
      const known = await confirmed();
      const code = await newCode("reset", known);
      await identity.setPassword(known, next);
      expect(await identity.reset(at(1, known), code, password)).toBe(false);
      expect(await identity.authenticate(known, next)).toBe(true);
    });

    test("AUTH-20 a reset that is refused as unavailable does not spend its code", async () => {
      const { port: identity, refusePasswords } = opened();
      const code = await newCode("reset");
      await refusePasswords(true);
      const refused = identity.reset(account, code, next);
      await expect(refused).rejects.toMatchObject({ code: "unavailable" });
      await refusePasswords(false);
      expect(await identity.reset(account, code, next)).toBe(true);
    });

    test("AUTH-24 stores no code", async () => {
      const code = await newCode("reset");
      expect(code).toMatch(new RegExp(`^\\d{${opened().codes.digits}}$`));
      expect(await opened().raw.count(code)).toBe(0);
    });

    test("forgets a removed account, and no other", async () => {
      const { port: identity } = opened();
      const kept = await signedUp();
      const [code, keptCode] = [await newCode("reset"), await newCode("reset", kept)];
      for (const one of [account, account, stranger()]) await identity.remove(one.id);
      expect(await identity.authenticate(account, password)).toBe(false);
      expect(await identity.reset(account, code, next)).toBe(false);
      expect(await identity.authenticate(kept, password)).toBe(true);
      expect(await identity.reset(kept, keptCode, next)).toBe(true);
    });
  });
}
