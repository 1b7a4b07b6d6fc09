import { expect, jest, test } from "@jest/globals";
import { chosenAccount, factorReset, tellFactorReset } from "../../../deploy/site/factor-reset.ts";

test("MFA-23 an unknown account is an error, whatever its name would do to a terminal", () => {
  expect(() => tellFactorReset("a\u001b[2Jb'; --", factorReset.parse(null))).toThrow(
    "There is no account a?[2Jb'; --: nothing was changed.",
  );
});

test("MFA-23 what was removed is reported, each kind by its number", () => {
  const write = jest.spyOn(process.stdout, "write").mockReturnValue(true);
  const counts = { recoveryCodes: 10, passkeys: 2, keptPasskeys: 1, challenges: 1, sessions: 3, stepUps: 2 };
  tellFactorReset(
    "a@example.org",
    factorReset.parse({ accountId: "1", factors: ["totp", "sms"], ...counts, mail: "sent" }),
  );
  const printed = String(write.mock.calls[0]?.[0]);
  write.mockRestore();
  for (const part of ["totp, sms, 2 passkeys, 10 recovery codes", "1 passkey stayed"])
    expect(printed).toContain(part);
  expect(printed).toContain("3 sessions, of which 2 had proofs that counted, and 1 sign-in in progress");
});

test("MFA-23 an account has to be named", () => {
  delete process.env["ACCOUNT"];
  expect(chosenAccount).toThrow("ACCOUNT= is missing");
  process.env["ACCOUNT"] = "a@example.org";
  expect(chosenAccount()).toBe("a@example.org");
  delete process.env["ACCOUNT"];
});
