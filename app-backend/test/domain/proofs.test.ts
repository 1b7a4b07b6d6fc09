import { describe, expect, test } from "@jest/globals";
import { factorsOf, noFactors, type Proof } from "../../src/domain/factor.ts";
import {
  kindOf,
  missingProofs,
  proofsInForce,
  proofsOf,
  sufficientProofs,
  suffices,
  withProofs,
} from "../../src/domain/proofs.ts";
import { after } from "../../src/domain/time.ts";

const at = new Date("2026-01-01T00:00:00Z");
const minuteMs = 60_000;

/** Written apart from the table: what each set of proofs allows, but for codes that were not seen. */
const expected = {
  password: ["password", "passkey"],
  passwordAndFactor: [
    "password,totp",
    "password,recovery",
    "password,passkey",
    "password,key",
    "password,sms",
    "passkey,totp",
    "passkey,recovery",
    "passkey,sms",
  ],
  passwordless: ["provider", "passkey"],
  passwordlessAndFactor: ["provider,totp", "provider,recovery", "provider,key", "provider,sms", "passkey"],
};

describe("the table of proofs", () => {
  test("MFA-11 has every action, and for each kind of account the decided proofs", () => {
    const { newUnseenRecoveryCodes, ...others } = sufficientProofs;
    expect(Object.keys(others).toSorted()).toEqual([
      ...["addFactor", "changeEmail", "changePassword", "linkProvider", "newRecoveryCodes"],
      ...["removeAccount", "removeFactor", "unlinkProvider"],
    ]);
    const written = (row: object) =>
      Object.fromEntries(Object.entries(row).map(([kind, sets]) => [kind, (sets as Proof[][]).map(String)]));
    for (const row of Object.values(others)) expect(written(row)).toEqual(expected);
    expect(written(newUnseenRecoveryCodes)).toEqual({
      ...expected,
      passwordAndFactor: ["totp", "passkey", "key", "password,sms"],
      passwordlessAndFactor: ["totp", "passkey", "key", "provider,sms"],
    });
  });

  test("MFA-11 with a factor neither a password nor a code alone is enough", () => {
    const { passwordAndFactor } = sufficientProofs.removeFactor;
    for (const alone of ["password", "totp", "recovery", "provider", "passkey"] as const)
      expect(suffices(passwordAndFactor, [alone])).toBe(false);
    expect(suffices(passwordAndFactor, ["totp", "recovery"])).toBe(false);
    expect(suffices(passwordAndFactor, ["password", "totp"])).toBe(true);
  });

  test("what is missing is what the account can give", () => {
    const totp = { id: "t", secret: "", lastStep: 0, enrolledAt: at, lastUsedAt: at };
    const stored = { ...noFactors, totp, recoveryCodes: { left: 1, seen: true } };
    const { passwordAndFactor } = sufficientProofs.removeFactor;
    const possible = proofsOf(true, stored);
    expect(possible).toEqual(["password", "totp", "recovery"]);
    expect(missingProofs(passwordAndFactor, [], possible)).toEqual(["password", "totp", "recovery"]);
    expect(missingProofs(passwordAndFactor, ["password"], possible)).toEqual(["totp", "recovery"]);
    const without = proofsOf(true, { ...stored, recoveryCodes: { left: 0, seen: true } });
    expect(missingProofs(passwordAndFactor, ["totp"], without)).toEqual(["password"]);
    expect([kindOf(true, noFactors), kindOf(false, stored)]).toEqual(["password", "passwordlessAndFactor"]);
  });

  test("PKY-01 a passkey is a second factor if it is asked for, and two factors if its user was verified", () => {
    const passkeys = { count: 1, verified: 1, asked: 0 };
    const alone = { ...noFactors, passkeys, recoveryCodes: { left: 10, seen: true } };
    expect([kindOf(true, alone), factorsOf(alone)]).toEqual(["password", []]);
    expect(proofsOf(true, alone)).toEqual(["password", "recovery", "passkey"]);
    const second = { ...alone, passkeys: { count: 1, verified: 0, asked: 1 } };
    expect([kindOf(true, second), factorsOf(second)]).toEqual(["passwordAndFactor", ["recovery", "passkey"]]);
    expect(proofsOf(true, second)).toEqual(["password", "recovery", "key"]);
    const { passwordAndFactor, password, passwordless } = sufficientProofs.removeFactor;
    expect(suffices(passwordAndFactor, ["password", "key"])).toBe(true);
    for (const kind of [passwordAndFactor, password, passwordless])
      expect(suffices(kind, ["key"])).toBe(false);
  });
});

describe("what was proven", () => {
  const proven = { proofs: ["password"] as const, provedAt: at };

  test("counts for 10 minutes", () => {
    expect(proofsInForce(proven, after(at, 10 * minuteMs - 1))).toEqual(["password"]);
    expect(proofsInForce(proven, after(at, 10 * minuteMs))).toEqual([]);
  });

  test("is not prolonged by another proof, only by the same", () => {
    const later = after(at, 5 * minuteMs);
    expect(withProofs(proven, ["totp"], later)).toEqual({ proofs: ["password", "totp"], provedAt: at });
    expect(withProofs(proven, ["password", "totp"], later)).toEqual({
      proofs: ["password", "totp"],
      provedAt: later,
    });
    const over = after(at, 10 * minuteMs);
    expect(withProofs(proven, ["totp"], over)).toEqual({ proofs: ["totp"], provedAt: over });
  });
});
