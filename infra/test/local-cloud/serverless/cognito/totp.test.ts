import { expect, test } from "@jest/globals";
import { newSecret, stepOf, totp } from "../../../../local-cloud/serverless/cognito/totp.ts";

/** "12345678901234567890" in base 32: the secret of RFC 6238's test vectors. */
const secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";

// Appendix B, SHA-1; of its eight digits the last six.
test.each([
  [59, "287082"],
  [1_111_111_109, "081804"],
  [1_111_111_111, "050471"],
  [1_234_567_890, "005924"],
  [2_000_000_000, "279037"],
  [20_000_000_000, "353130"],
])("the code at %d seconds is %s, as in RFC 6238", (seconds, code) => {
  expect(totp(secret, Math.floor(seconds / 30))).toBe(code);
});

test("a code is taken in its time step and those beside it", () => {
  const step = 55_000_000;
  const code = totp(secret, step);
  const at = [-2, -1, 0, 1, 2].map((offset) => stepOf(secret, code, (step + offset) * 30_000));
  expect(at).toEqual([undefined, step, step, step, undefined]);
});

test("a new secret has 52 characters and gives codes", () => {
  const made = newSecret((bytes) => Buffer.alloc(bytes, 0xa5));
  expect(made).toMatch(/^[A-Z2-7]{52}$/);
  expect(totp(made, 1)).toMatch(/^\d{6}$/);
});
