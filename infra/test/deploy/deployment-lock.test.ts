import { spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { removeStale } from "../../cli/process-lock.ts";
import { withLock } from "../../deploy/deployment-lock.ts";
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
  await withLock(blue, async () => {
    const second = withLock(blue, done);
    await expect(second).rejects.toMatchObject({ exitCode: 2 });
    await expect(second).rejects.toThrow(`process ${process.pid}`);
    await expect(second).rejects.toThrow("NAME=blue` has been running on this deployment since 20");
    expect(await withLock(deployment(), done)).toBe("done");
  });
  expect(await withLock(blue, done)).toBe("done");
});

test("nothing is left when the work is done, or has failed", async () => {
  const blue = deployment();
  const fails = withLock(blue, async () => {
    expect(existsSync(join(blue.folder, "lock"))).toBe(true);
    throw new Error("no");
  });
  await expect(fails).rejects.toThrow("no");
  expect(readdirSync(blue.folder)).toEqual(["stack"]);
});

test("a folder is made for the work, and goes where nothing was written", async () => {
  const { folder, terraformFolder } = scratchDeployment();
  const green = scratchDeployment({ folder: join(folder, "green"), logs: join(folder, "green/log") });
  await withLock(green, async () => expect(statSync(green.folder).mode & 0o777).toBe(0o700));
  expect(readdirSync(folder)).toEqual([basename(terraformFolder)]);
  await withLock(green, async () => writeFileSync(join(green.logs, "a.log"), ""));
  expect(readdirSync(green.folder)).toEqual(["log"]);
});

test("the lock of a process that was killed blocks no other", async () => {
  const blue = deployment();
  const killed = spawn("true");
  await new Promise((resolve) => killed.once("close", resolve));
  blue.lockedBy({ pid: killed.pid, start: "1" });
  expect(await withLock(blue, done)).toBe("done");
  expect(readdirSync(blue.folder)).toEqual(["stack"]);
});

test("nor does it when another process has that number by now", async () => {
  const blue = deployment();
  blue.lockedBy({ pid: process.pid, start: "1" });
  expect(await withLock(blue, done)).toBe("done");
});

describe("USE-31 of two that find the same stale lock", () => {
  const stale = { pid: 1, start: "0" };

  test("the slower one does not remove the lock of the faster one", async () => {
    const { folder, lockedBy } = deployment();
    const [file, own] = [join(folder, "lock"), join(folder, "lock.own")];
    writeFileSync(own, JSON.stringify({ pid: process.pid, start: "" }));
    lockedBy({ pid: 2, start: "5" }); // the faster one's by now
    const before = readFileSync(file, "utf8");
    removeStale(file, own, stale);
    expect(readFileSync(file, "utf8")).toBe(before);
    lockedBy(stale);
    removeStale(file, own, stale);
    expect(readdirSync(folder).toSorted()).toEqual(["lock.own", "stack"]);
    removeStale(file, own, stale); // gone in between
  });

  test("one alone removes it, and one that was killed while it did so holds nothing up", async () => {
    const blue = deployment();
    const killed = spawn("true");
    await new Promise((resolve) => killed.once("close", resolve));
    blue.lockedBy({ pid: killed.pid, start: "1" });
    const removing = join(blue.folder, "lock.stale");
    writeFileSync(removing, JSON.stringify({ pid: killed.pid, start: "1" }));
    expect(await withLock(blue, done)).toBe("done");
    expect(readdirSync(blue.folder)).toEqual(["stack"]);
  });

  test("of six processes never two hold it at once, 40 times", async () => {
    const folders = Array.from({ length: 40 }, () => deployment());
    for (const { lockedBy } of folders) lockedBy(stale);
    const racer = join(folders[0]!.folder, "racer.mts");
    writeFileSync(
      racer,
      `import { mkdirSync, rmdirSync } from "node:fs";
       import { setTimeout as sleep } from "node:timers/promises";
       import { withLock } from ${JSON.stringify(join(import.meta.dirname, "../../deploy/deployment-lock.ts"))};
       const folders = ${JSON.stringify(folders.map(({ folder }) => folder))};
       let held = 0;
       await sleep(Number(process.argv[2]) - Date.now());
       for (const folder of folders) {
         const work = async () => {
           mkdirSync(folder + "/inside");
           await sleep(2);
           rmdirSync(folder + "/inside");
           held += 1;
         };
         await withLock({ folder, logs: folder + "/log", make: () => "make" }, work).catch((error) => {
           if (error.exitCode !== 2) throw error;
         });
       }
       console.log(held);`,
    );
    const start = String(Date.now() + 5000);
    const args = ["--no-warnings", "--import", "tsx", racer, start];
    const racers = Array.from({ length: 6 }, async () => {
      const child = spawn(process.execPath, args, { cwd: join(import.meta.dirname, "../../..") });
      let printed = "";
      for (const stream of [child.stdout, child.stderr])
        stream.on("data", (text) => (printed += String(text)));
      await new Promise((resolve) => child.once("close", resolve));
      return printed.trim();
    });
    const held = await Promise.all(racers);
    expect(held.filter((printed) => !/^\d+$/.test(printed))).toEqual([]);
    expect(held.map(Number).reduce((sum, one) => sum + one)).toBeGreaterThanOrEqual(40);
  });
});
