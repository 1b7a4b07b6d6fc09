import { spawnSync } from "node:child_process";
import { describe, expect, test } from "@jest/globals";
import { userData } from "../src/constructs/ec2/user-data/user-data.ts";

describe.each(["frontend", "backend"] as const)("the first boot of the %s host", (kind) => {
  const script = userData(kind);

  test("fits into what EC2 takes, 16 KiB", () => {
    expect(Buffer.byteLength(script)).toBeLessThan(16 * 1024);
  });

  test("begins with its interpreter and ends by saying that it is done", () => {
    expect(script.startsWith("#!/bin/bash\n")).toBe(true);
    expect(script.endsWith("\nfinish\n")).toBe(true);
  });

  test("is clean to shellcheck", () => {
    const { status, stdout, error } = spawnSync("shellcheck", ["-"], { input: script, encoding: "utf8" });
    expect({ status, stdout, error }).toEqual({ status: 0, stdout: "", error: undefined });
  });
});

test("only the backend host gets MySQL and the data volume", () => {
  expect(userData("backend")).toContain("mount_data_volume");
  expect(userData("frontend")).not.toMatch(/install_mysql|mount_data_volume/);
});
