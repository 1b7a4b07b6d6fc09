import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { endProcess, processesWith, runs } from "../../../local-cloud/emulator/processes.ts";

let child: ChildProcess;

beforeEach(async () => {
  child = spawn(process.execPath, ["--eval", "setInterval(() => {}, 1000)", "its-own-word"]);
  await once(child, "spawn");
});
afterEach(() => {
  child.kill("SIGKILL");
});

test("knows a process by its number and all words of its command line", () => {
  expect(runs(child.pid!, "its-own-word", "--eval")).toBe(true);
  expect(runs(child.pid!, "its-own-word", "another")).toBe(false);
  expect(runs(child.pid!, "its-own-wor")).toBe(false);
});

test.each([0, -1, Number.NaN, undefined])("finds no process under the number %s", (pid) => {
  expect(runs(pid as number)).toBe(false);
});

test("ends the process that is meant", async () => {
  await endProcess(child.pid!, "its-own-word");
  expect(runs(child.pid!)).toBe(false);
  await endProcess(child.pid!, "its-own-word"); // and is content when it has ended
});

test("leaves a process alone that has got the number of another", async () => {
  await endProcess(child.pid!, "daemon.ts");
  expect(runs(child.pid!, "its-own-word")).toBe(true);
  expect(child.killed).toBe(false);
});

test("finds a process by its command line, where the record of it was lost", () => {
  const own = `word-${process.pid}-of-this-test`;
  const other = spawn(process.execPath, ["--eval", "setInterval(() => {}, 1000)", own, "ü a"]);
  try {
    expect(processesWith(own, "ü a")).toEqual([other.pid]);
    expect(processesWith(own, "another")).toEqual([]);
  } finally {
    other.kill("SIGKILL");
  }
});
