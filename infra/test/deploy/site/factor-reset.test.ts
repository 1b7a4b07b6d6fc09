import { expect, test } from "@jest/globals";
import { chosenAccount, factorReset, tellFactorReset } from "../../../deploy/site/factor-reset.ts";

test("MFA-23 an unknown account is an error, whatever its name would do to a terminal", () => {
  expect(() => tellFactorReset("a\u001b[2Jb'; --", factorReset.parse(null))).toThrow(
    "There is no account a?[2Jb'; --: nothing was changed.",
  );
});

test("MFA-23 an account has to be named", () => {
  delete process.env["ACCOUNT"];
  expect(chosenAccount).toThrow("ACCOUNT= is missing");
  process.env["ACCOUNT"] = "a@example.org";
  expect(chosenAccount()).toBe("a@example.org");
  delete process.env["ACCOUNT"];
});
