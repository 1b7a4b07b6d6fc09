import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { codesIn } from "../../../../deploy/ec2/hosts/one-time-codes.ts";
import { codeLines } from "../../../../deploy/site/code-lines.ts";
import { settingsOf } from "../../../../deploy/settings.mjs";

const at = Date.parse("2026-11-26T15:00:00Z");
const line = (minute: number, to: string, subject: string, digits: string) =>
  JSON.stringify({
    level: 30,
    time: at + minute * 60_000,
    mail: { to, subject, text: `Your code for Tintype is ${digits}. It is good for 10 minutes.\n` },
    msg: "mail is not set up: message written here",
  });
const journal = [
  line(0, "ada@example.org", "Confirm your address", "1111 1111 1111"),
  line(1, "bob@example.org", "Confirm your address", "2222 2222 2222"),
  '{"level":30,"msg":"request","mail":',
  line(2, "ada@example.org", "Choose a new password", "3333 3333 3333"),
  line(3, "ada@example.org", "Confirm your address", "4444 4444 4444"),
  '{"mail":{"to":"eve@example.org","text":"no code"}}',
].join("\n");

test("USE-22 of each address and purpose the last code is shown, with its time and how long it is valid", () => {
  expect(codeLines(codesIn(journal), new Date(at + 11.5 * 60_000))).toEqual([
    "2026-11-26 15:01:00 UTC  bob@example.org  2222 2222 2222  expired  Confirm your address",
    "2026-11-26 15:02:00 UTC  ada@example.org  3333 3333 3333  valid for 1 min  Choose a new password",
    "2026-11-26 15:03:00 UTC  ada@example.org  4444 4444 4444  valid for 2 min  Confirm your address",
  ]);
});

test("USE-22 a line in the journal cannot steer the terminal", () => {
  const codes = codesIn(line(0, "eve\u001b[2K\u202e@example.org", "Confirm\u009b", "1111 1111 1111"));
  expect(codeLines(codes, new Date(at))).toEqual([
    "2026-11-26 15:00:00 UTC  eve?[2K?@example.org  1111 1111 1111  valid for 10 min  Confirm?",
  ]);
});

test("USE-22 codes of one address are found however it is written", () => {
  expect(codesIn(journal, " Bob@Example.org").map(({ digits }) => digits)).toEqual(["2222 2222 2222"]);
  expect(codesIn(journal, "unknown@example.org")).toEqual([]);
  expect(codesIn("")).toEqual([]);
});

test("USE-22 what is read is what the API writes, for as long as it is valid", () => {
  const backend = (path: string) =>
    readFileSync(join(import.meta.dirname, "../../../../../app-backend/src", path), "utf8");
  expect(
    backend("adapters/own/messages.ts").match(/Your code for \$\{productName\} is \$\{grouped\(code\)\}\./g),
  ).toHaveLength(3);
  expect(backend("domain/code.ts")).toMatch(/codeLifeMs = 10 \* 60/);
  expect(settingsOf["codes"]).toContain("FOR");
});
