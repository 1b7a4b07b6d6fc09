import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "@jest/globals";
import { makePrivateFolder } from "../../cli/private-files.ts";
import { keptPort, makeOf, settingsFile, stackOf, withLock } from "../../services/stack.ts";

const state = mkdtempSync(join(tmpdir(), "tintype-stack-"));
afterAll(() => rmSync(state, { recursive: true }));

test("SVC-20 copies of another name, or of another clone, have other projects and folders", () => {
  const copies = [stackOf("dev", state), stackOf("blue", state), stackOf("dev", `${state}-2`)];
  for (const key of ["project", "folder"] as const)
    expect(new Set(copies.map((copy) => copy[key])).size).toBe(3);
  expect(stackOf("dev", state)).toEqual(stackOf("dev", state));
  expect(copies[0]!.project).toMatch(/^tintype-dev-[0-9a-f]{12}$/); // letters that both versions of Compose keep
});

test.each(["Dev", "2dev", "-dev", "my_dev", "a.b", "../x", "abcdefghijklmnopqrstu", ""])(
  "no copy is called %j",
  (name) => {
    expect(() => stackOf(name, state)).toThrow("NAME: ");
  },
);

test("a command names the copy, unless it is the default", () => {
  expect(makeOf(stackOf("blue", state), "services-down")).toBe("make services-down NAME=blue");
  expect(makeOf(stackOf("dev", state), "services")).toBe("make services");
});

test("the port of the last start is kept", () => {
  const stack = stackOf("port", state);
  expect(keptPort(stack)).toBeUndefined();
  makePrivateFolder(stack.folder);
  writeFileSync(settingsFile(stack), "LISTEN=127.0.0.1\nLOCAL_PORT=8123\n");
  expect(keptPort(stack)).toBe(8123);
});

describe("two commands on one copy", () => {
  test("the second is refused while the first works, and not after", async () => {
    const stack = stackOf("busy", state);
    await withLock(stack, "services", async () => {
      await expect(withLock(stack, "services-down", async () => {})).rejects.toThrow(
        /^`make services NAME=busy` has been running since .* \(process \d+\)/,
      );
    });
    await withLock(stack, "services-down", async () => {});
  });

  test("a command may remove the folder with its lock", async () => {
    const stack = stackOf("gone", state);
    await withLock(stack, "services-down", async () => rmSync(stack.folder, { recursive: true }));
    await withLock(stack, "services", async () => {});
  });
});
