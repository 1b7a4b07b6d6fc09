import { randomUUID } from "node:crypto";
import { beforeEach, describe, expect, test } from "@jest/globals";
import { codeLifeMs } from "../../src/domain/code.ts";
import type { Identity, IdentityProvider } from "../../src/ports/identity-provider.ts";
import { type Opened, whileOpen } from "./opened.ts";

export interface OpenedIdentityProvider extends Opened<IdentityProvider> {
  /** The last code that was mailed to the address; undefined if there was none. */
  mailedCode(email: string): string | undefined;
  /** Moves the clock of the provider. */
  advance(ms: number): void;
  /** From now on, or no longer, passwords are refused as `unavailable`. */
  refusePasswords(refused: boolean): void;
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
    const identity = { id, email: `${id}@example.org` };
    const credential = await opened().port.signUp(identity, password);
    await opened().raw.addAccount({ ...identity, credential });
    return identity;
  }

  async function newCode(purpose: "confirm" | "reset", of = account): Promise<string> {
    await opened().port.requestCode(purpose, of);
    return opened().mailedCode(of.email)!;
  }

  const other = (code: string) => [...code].toReversed().join("") + (code.at(-1) === "1" ? "2" : "1");

  describe("an identity provider", () => {
    test("knows the password of an account, and no other", async () => {
      const { port: identity, raw } = opened();
      expect(await identity.authenticate(account.id, password)).toBe(true);
      for (const wrong of [next, `${password} `, password.toUpperCase(), ""])
        expect(await identity.authenticate(account.id, wrong)).toBe(false);
      expect(await identity.authenticate(randomUUID(), password)).toBe(false);
      expect(await identity.authenticate(undefined, password)).toBe(false);
      expect(await raw.count(password)).toBe(0);
    });

    test("replaces a password once for a version, and raises the version", async () => {
      const { port: identity } = opened();
      expect(await identity.setPassword(account.id, next, 0)).toBe(1);
      expect(await identity.authenticate(account.id, next)).toBe(true);
      expect(await identity.authenticate(account.id, password)).toBe(false);
      expect(await identity.setPassword(account.id, "of an older version", 0)).toBeUndefined();
      expect(await identity.authenticate(account.id, next)).toBe(true);
      expect(await identity.setPassword(randomUUID(), next, 0)).toBeUndefined();
    });

    test("of parallel replacements of one password one succeeds", async () => {
      const { port: identity } = opened();
      const tries = Array.from({ length: 4 }, (_, index) =>
        identity.setPassword(account.id, `${next} ${index}`, 0),
      );
      const versions = await Promise.all(tries);
      expect(versions.filter((version) => version === 1)).toHaveLength(1);
      expect(await identity.authenticate(account.id, `${next} ${versions.indexOf(1)}`)).toBe(true);
    });

    test("AUTH-15 a code confirms once, and only its account, before it expires", async () => {
      const { port: identity, advance } = opened();
      const code = await newCode("confirm");
      expect(await identity.confirm(account.id, other(code))).toBe(false);
      for (const id of [randomUUID(), undefined]) expect(await identity.confirm(id, code)).toBe(false);
      const uses = await Promise.all(Array.from({ length: 4 }, () => identity.confirm(account.id, code)));
      expect(uses.filter(Boolean)).toHaveLength(1);
      const late = await newCode("confirm");
      advance(codeLifeMs);
      expect(await identity.confirm(account.id, late)).toBe(false);
    });

    test("AUTH-25 a second code replaces the first, and none serves another purpose", async () => {
      const { port: identity } = opened();
      const first = await newCode("reset");
      const second = await newCode("reset");
      if (first !== second) expect(await identity.reset(account.id, first, next)).toBe(false);
      expect(await identity.confirm(account.id, second)).toBe(false);
      expect(await identity.reset(account.id, second, next)).toBe(true);
    });

    test("AUTH-15 a reset replaces the password once, and raises the version", async () => {
      const { port: identity } = opened();
      const code = await newCode("reset");
      expect(await identity.reset(account.id, other(code), next)).toBe(false);
      expect(await identity.reset(undefined, code, next)).toBe(false);
      expect(await identity.authenticate(account.id, password)).toBe(true);
      expect(await identity.reset(account.id, code, next)).toBe(true);
      expect(await identity.authenticate(account.id, next)).toBe(true);
      expect(await identity.reset(account.id, code, password)).toBe(false);
      expect(await identity.setPassword(account.id, password, 0)).toBeUndefined();
      expect(await identity.setPassword(account.id, password, 1)).toBe(2);
    });

    test("AUTH-15 a new password voids the reset code", async () => {
      const { port: identity } = opened();
      const code = await newCode("reset");
      await identity.setPassword(account.id, next, 0);
      expect(await identity.reset(account.id, code, password)).toBe(false);
      expect(await identity.authenticate(account.id, next)).toBe(true);
    });

    test("AUTH-20 a reset that is refused as unavailable does not spend its code", async () => {
      const { port: identity, refusePasswords } = opened();
      const code = await newCode("reset");
      refusePasswords(true);
      const refused = identity.reset(account.id, code, next);
      await expect(refused).rejects.toMatchObject({ code: "unavailable" });
      refusePasswords(false);
      expect(await identity.reset(account.id, code, next)).toBe(true);
    });

    test("AUTH-24 stores no code", async () => {
      const code = await newCode("reset");
      expect(code).toMatch(/^\d{12}$/);
      expect(await opened().raw.count(code)).toBe(0);
    });

    test("forgets a removed account, and no other", async () => {
      const { port: identity } = opened();
      const kept = await signedUp();
      const [code, keptCode] = [await newCode("reset"), await newCode("reset", kept)];
      for (const id of [account.id, account.id, randomUUID()]) await identity.remove(id);
      expect(await identity.authenticate(account.id, password)).toBe(false);
      expect(await identity.reset(account.id, code, next)).toBe(false);
      expect(await identity.authenticate(kept.id, password)).toBe(true);
      expect(await identity.reset(kept.id, keptCode, next)).toBe(true);
    });
  });
}
