import { expect, test } from "@jest/globals";
import { siteNotes } from "../../../../deploy/ec2/site/notes.ts";
import { local } from "../../../../deploy/clouds/local.ts";
import { scratchDeployment } from "../../scratch-deployment.ts";

const door = { url: "https://site.example" };
const mailFrom = "tintype@site.example";

test("USE-22 a deploy says where its codes go: to the operator, into the emulated SES, or by mail", () => {
  const lines = (given: object) => siteNotes(scratchDeployment(given), door).join("\n");
  expect(lines({})).toContain(
    "It sends no email: codes that confirm an address or reset a password are shown by make codes",
  );
  expect(lines({ cloud: local, mailFrom })).toContain("the emulated SES takes its mail and delivers none");
  const smsMonthlyUsd = "10";
  const ofTexts = "Text messages are not delivered: their codes are shown by make codes NAME=blue";
  expect(lines({ cloud: local, mailFrom, smsMonthlyUsd })).toContain(ofTexts);
  expect(lines({ cloud: local, mailFrom })).not.toContain("Text messages");
  expect(lines({ mailFrom, smsMonthlyUsd })).toBe("  https://site.example");
  expect(lines({ mailFrom })).toBe("  https://site.example");
});
