import { describe, expect, test } from "@jest/globals";
import { judgeTotp, otpauthUri, stepAt, tidyDigits } from "../../src/domain/totp.ts";
import { isRecoveryCode, tidyRecoveryCode } from "../../src/domain/recovery-code.ts";

const at = new Date("2026-01-01T00:00:10Z");
const now = stepAt(at);

describe("a code of an authenticator app", () => {
  test("is accepted one step before and after its time", () => {
    for (const step of [now - 1, now, now + 1]) expect(judgeTotp([step], 0, at)).toEqual({ step });
    expect(judgeTotp([], 0, at)).toEqual({ step: undefined, drift: undefined });
  });

  test("MFA-05 is refused at the step that was used and at those before it", () => {
    expect(judgeTotp([now], now, at).step).toBeUndefined();
    expect(judgeTotp([now - 1], now, at).step).toBeUndefined();
    expect(judgeTotp([now + 1], now, at)).toEqual({ step: now + 1 });
  });

  test("MFA-08 of another time says by how many steps, unless that step was used", () => {
    expect(judgeTotp([now - 6], 0, at)).toEqual({ step: undefined, drift: -6 });
    expect(judgeTotp([now + 10, now + 4], 0, at)).toEqual({ step: undefined, drift: 4 });
    expect(judgeTotp([now - 6], now - 6, at)).toEqual({ step: undefined, drift: undefined });
  });

  test("MFA-07 is read with blanks, and in full-width or Arabic digits", () => {
    for (const typed of [
      "012345",
      "012 345",
      " 012\u00a0345 ",
      "０１２３４５",
      "٠١٢٣٤٥",
      "۰۱۲۳۴۵",
      "\u202a012345\u202c",
    ])
      expect(tidyDigits(typed)).toBe("012345");
    expect(tidyDigits("12a456")).toBe("12a456");
    expect(tidyDigits("𝟘𝟙𝟚𝟛𝟡9")).toBe("012399");
  });

  test("its URI names site and address", () => {
    const uri = otpauthUri("a+b:c%ü@example.org", "JBSWY3DPEHPK3PXP");
    expect(uri).toBe(
      "otpauth://totp/Tintype:a%2Bb%3Ac%25%C3%BC%40example.org?secret=JBSWY3DPEHPK3PXP&issuer=Tintype",
    );
    expect(decodeURIComponent(new URL(uri).pathname)).toContain("Tintype:a+b:c%ü@example.org");
  });
});

describe("a recovery code", () => {
  test("MFA-07 is read in any case, with hyphens and blanks, and with letters for digits", () => {
    for (const typed of ["01ABCDEFGH", "01abcdefgh", "o1abc-defgh", "oi ABC–DEF GH", "0lABCDEFGH"])
      expect(tidyRecoveryCode(typed)).toBe("01ABCDEFGH");
    expect(isRecoveryCode("01ABCDEFGH")).toBe(true);
    for (const other of ["", "01ABCDEFG", "01ABCDEFGHJ", "01ABCDEFGU", "123456"])
      expect(isRecoveryCode(other)).toBe(false);
  });
});
