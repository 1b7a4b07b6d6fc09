import { spawn } from "node:child_process";
import { existsSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { expect, test } from "@jest/globals";
import { alone } from "../../deploy/lock.ts";
import { scratchDeployment } from "./scratch-deployment.ts";

const since = "2030-01-01T00:00:00.000Z";
const deployment = () => {
  const made = scratchDeployment();
  const lockedBy = (holder: object) =>
    writeFileSync(join(made.folder, "lock"), JSON.stringify({ command: "make deploy", since, ...holder }));
  return { ...made, lockedBy };
};
const done = async () => "done";

test("a second command on a deployment is refused, naming the first", async () => {
  const blue = deployment();
  await alone(blue, async () => {
    const second = alone(blue, done);
    await expect(second).rejects.toMatchObject({ exitCode: 2 });
    await expect(second).rejects.toThrow(`process ${process.pid}`);
    await expect(second).rejects.toThrow("NAME=blue` has been running on this deployment since 20");
    expect(await alone(deployment(), done)).toBe("done");
  });
  expect(await alone(blue, done)).toBe("done");
});

test("nothing is left when the work is done, or has failed", async () => {
  const blue = deployment();
  const fails = alone(blue, async () => {
    expect(existsSync(join(blue.folder, "lock"))).toBe(true);
    throw new Error("no");
  });
  await expect(fails).rejects.toThrow("no");
  expect(readdirSync(blue.folder)).toEqual(["stack"]);
});

test("a folder is made for the work, and goes where nothing was written", async () => {
  const { folder, stack } = scratchDeployment();
  const green = scratchDeployment({ folder: join(folder, "green"), logs: join(folder, "green/log") });
  await alone(green, async () => expect(statSync(green.folder).mode & 0o777).toBe(0o700));
  expect(readdirSync(folder)).toEqual([basename(stack)]);
  await alone(green, async () => writeFileSync(join(green.logs, "a.log"), ""));
  expect(readdirSync(green.folder)).toEqual(["log"]);
});

test("the lock of a process that was killed holds nobody up", async () => {
  const blue = deployment();
  const killed = spawn("true");
  await new Promise((resolve) => killed.once("close", resolve));
  blue.lockedBy({ pid: killed.pid, start: "1" });
  expect(await alone(blue, done)).toBe("done");
  expect(readdirSync(blue.folder)).toEqual(["stack"]);
});

test("nor does it when another process has that number by now", async () => {
  const blue = deployment();
  blue.lockedBy({ pid: process.pid, start: "1" });
  expect(await alone(blue, done)).toBe("done");
});
