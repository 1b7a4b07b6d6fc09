import { existsSync, mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { keepRoom, rescueState } from "../../../deploy/terraform/rescue-state.ts";

const state = `{
  "version": 4,
  "terraform_version": "1.11.0",
  "resources": [
    { "type": "aws_vpc" }
  ]
}`;

test("a state that could only be printed is put in the place of the one that is cut off", () => {
  const folder = mkdtempSync(join(tmpdir(), "tintype-state-"));
  writeFileSync(join(folder, "terraform.tfstate"), state.slice(0, 20));
  writeFileSync(join(folder, "errored.tfstate"), "");
  const failure = rescueState(folder, {
    code: 1,
    stdout: "made {x}\n",
    stderr: `Error\n${state}\n\nError: no\n`,
  });
  expect(failure?.message).toMatch(/disk is full/);
  expect(readFileSync(join(folder, "terraform.tfstate"), "utf8")).toBe(state);
  expect(readdirSync(folder)).toEqual(["terraform.tfstate"]);
});

test("USE-31 a printed state that is cut off is not put in place of anything", () => {
  const folder = mkdtempSync(join(tmpdir(), "tintype-state-"));
  writeFileSync(join(folder, "terraform.tfstate"), "before");
  for (const end of [state.length - 2, state.length / 2, 40]) {
    const stderr = `Error\n${state.slice(0, end)}\n\nError: no\n`;
    expect(() => rescueState(folder, { code: 1, stdout: "", stderr })).toThrow();
  }
  expect(readFileSync(join(folder, "terraform.tfstate"), "utf8")).toBe("before");
  expect(readdirSync(folder)).toEqual(["terraform.tfstate"]);
});

test("any other failure leaves the state alone", () => {
  const folder = mkdtempSync(join(tmpdir(), "tintype-state-"));
  expect(rescueState(folder, { code: 1, stdout: "", stderr: "Error: no such region" })).toBeUndefined();
  expect(readdirSync(folder)).toEqual([]);
});

test("room for a state is taken until it is freed", () => {
  const folder = mkdtempSync(join(tmpdir(), "tintype-state-"));
  const free = keepRoom(folder);
  const [file = ""] = readdirSync(folder);
  expect(statSync(join(folder, file)).blocks * 512).toBeGreaterThan(2 ** 20);
  free();
  expect(existsSync(join(folder, file))).toBe(false);
});

test("where a bucket has the state, a printed one is left for the next command to put there", () => {
  const folder = mkdtempSync(join(tmpdir(), "tintype-state-"));
  rescueState(folder, { code: 1, stdout: "", stderr: `Error\n${state}\n` }, "errored.tfstate");
  expect(readFileSync(join(folder, "errored.tfstate"), "utf8")).toBe(state);
  expect(readdirSync(folder)).toEqual(["errored.tfstate"]);
});
