import { describe, expect, test } from "@jest/globals";
import { noFactors, type Proof } from "../../src/domain/factor.ts";
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
    "passkey,totp",
    "passkey,recovery",
  ],
  passwordless: ["provider", "passkey"],
  passwordlessAndFactor: ["provider,totp", "provider,recovery", "passkey"],
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
      passwordAndFactor: ["totp", "passkey"],
      passwordlessAndFactor: ["totp", "passkey"],
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
    expect([kindOf(true, false), kindOf(false, true)]).toEqual(["password", "passwordlessAndFactor"]);
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
