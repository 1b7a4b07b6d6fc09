import { randomBytes } from "node:crypto";
import { describe, expect, test } from "@jest/globals";
import { aesFactorSecrets, totp } from "../../../src/adapters/aes/factor-secrets.ts";
import { isRecoveryCode } from "../../../src/domain/recovery-code.ts";
import { after } from "../../../src/domain/time.ts";
import { stepAt } from "../../../src/domain/totp.ts";
import { shownCode } from "../../authenticator.ts";

const at = new Date("2026-01-01T00:00:10Z");
const key = randomBytes(64);
const secrets = aesFactorSecrets({ current: key, former: [] });

describe("secrets of factors", () => {
  // https://www.rfc-editor.org/rfc/rfc6238#appendix-B
  test.each([
    [59, "94287082"],
    [1111111109, "07081804"],
    [1111111111, "14050471"],
    [1234567890, "89005924"],
    [2000000000, "69279037"],
    [20000000000, "65353130"],
  ])("MFA-05 at %i seconds the code is that of RFC 6238", (seconds, code) => {
    const step = stepAt(new Date(seconds * 1000));
    expect(totp(Buffer.from("12345678901234567890"), step, 8)).toBe(code);
  });

  test("MFA-08 a code is found at its step, up to 10 steps away", () => {
    const { secret, sealed } = secrets.newTotp("a");
    expect(secret).toMatch(/^[A-Z2-7]{32}$/);
    for (const steps of [-10, -6, 0, 1, 10]) {
      const code = shownCode(secret, after(at, steps * 30_000));
      expect(secrets.stepsOf(sealed, "a", code, at)).toContain(stepAt(at) + steps);
    }
    const far = shownCode(secret, after(at, 11 * 30_000));
    expect(secrets.stepsOf(sealed, "a", far, at)).not.toContain(stepAt(at) + 11);
    expect(secrets.stepsOf(sealed, "a", "12345", at)).toEqual([]);
  });

  test("MFA-09 a secret is encrypted, each time otherwise, for its account", () => {
    const [one, other] = [secrets.newTotp("a"), secrets.newTotp("a")];
    expect(one.secret).not.toBe(other.secret);
    expect(one.sealed).not.toContain(one.secret);
    expect(one.sealed.split(".")[0]).toBe(other.sealed.split(".")[0]);
    expect(() => secrets.stepsOf(one.sealed, "b", "123456", at)).toThrow();
    const changed = `${one.sealed.slice(0, -2)}${one.sealed.endsWith("AA") ? "BB" : "AA"}`;
    expect(() => secrets.stepsOf(changed, "a", "123456", at)).toThrow();
  });

  test("a former key reads what it has sealed and hashed, and a key that is missing is no wrong code", () => {
    const { secret, sealed } = secrets.newTotp("a");
    const code = secrets.newRecoveryCode();
    const rotated = aesFactorSecrets({ current: randomBytes(64), former: [key] });
    expect(rotated.stepsOf(sealed, "a", shownCode(secret, at), at)).toContain(stepAt(at));
    expect(rotated.hashes(code, "a")).toContain(secrets.hash(code, "a"));
    expect(rotated.hash(code, "a")).not.toBe(secrets.hash(code, "a"));
    const other = aesFactorSecrets({ current: randomBytes(64), former: [] });
    expect(() => other.stepsOf(sealed, "a", "123456", at)).toThrow(
      expect.objectContaining({ code: "unavailable" }),
    );
  });

  test("MFA-16 recovery codes are random, and their hashes those of one account", () => {
    const codes = Array.from({ length: 100 }, secrets.newRecoveryCode);
    expect(new Set(codes).size).toBe(100);
    expect(codes.filter((code) => !isRecoveryCode(code))).toEqual([]);
    expect(secrets.hash(codes[0]!, "a")).toMatch(/^[0-9a-f]{64}$/);
    expect(secrets.hash(codes[0]!, "a")).not.toBe(secrets.hash(codes[0]!, "b"));
  });
});
