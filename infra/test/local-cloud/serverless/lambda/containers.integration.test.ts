import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { setTimeout as sleep } from "node:timers/promises";
import { baseImage } from "../../../../local-cloud/ec2/base-image.ts";
import { dockerLines, ensureEngine } from "../../../../local-cloud/ec2/docker.ts";
import { containerSandboxes } from "../../../../local-cloud/serverless/lambda/container-sandboxes.ts";
import { lockedRuntime } from "../../../../deploy/ec2/release/node-runtime.ts";
import { functionOf, startRunner } from "./harness.ts";

// In containers, what a process cannot be held to: memory, the file system, the size of /tmp.
const label = `test-${process.pid}`;
let sandboxes: ReturnType<typeof containerSandboxes>;
let runner: Awaited<ReturnType<typeof startRunner>>;

const source = `
import { readdirSync, writeFileSync, rmSync } from "node:fs"; import { execPath, getuid } from "node:process";
export async function handler(event) {
  if (event.do === "fill memory") { const kept = []; for (;;) kept.push(Buffer.alloc(64 * 1024 * 1024, 1)); }
  if (event.do === "write") { try { writeFileSync(event.path, "x"); return "written"; } catch ({ code }) { return code; } }
  if (event.do === "fill tmp") { const block = Buffer.alloc(1024 * 1024); try { for (let n = 0; ; n += 1) { writeFileSync("/tmp/" + n, block); event.n = n + 1; } } catch ({ code }) { return { code, megabytes: event.n }; } }
  if (event.do === "exit") process.exit(3);
  if (event.do === "sleep") await new Promise((resolve) => setTimeout(resolve, 60_000));
  if (event.do === "late") setTimeout(() => console.log("late work"), 2000);
  return { files: readdirSync("/tmp"), uid: getuid(), secret: process.env.AWS_SECRET_ACCESS_KEY };
}`;

const containers = () => dockerLines("ps", "--all", "--quiet", "--filter", `label=tintype.lambda=${label}`);

beforeAll(async () => {
  await ensureEngine();
  sandboxes = containerSandboxes({ node: lockedRuntime().binary!, image: await baseImage(), label });
  runner = await startRunner([functionOf("box", source), functionOf("hasty", source, { timeoutMs: 2000 })], {
    sandboxes,
  });
}, 300_000);

afterAll(async () => {
  await runner?.stop(); // undefined if the engine did not start
  expect(await containers()).toEqual([]);
});

test("SLS-42 a function that takes more memory than it has is killed, and /tmp is empty at the next start", async () => {
  expect(await runner.call("box", { do: "write", path: "/tmp/kept" })).toBe("written");
  expect((await runner.call("box")).files).toEqual(["kept"]);
  expect(await runner.faultOf("box", { do: "fill memory" })).toEqual({
    errorType: "Runtime.OutOfMemory",
    errorMessage: expect.stringMatching(
      /^RequestId: [\w-]{36} Error: Runtime exited with error: signal: killed$/,
    ),
  });
  expect(await runner.call("box")).toEqual({ files: [], uid: 993, secret: "secret" });
});

test("SLS-42 /tmp holds 512 MB, within the function's memory", async () => {
  runner.declare(functionOf("roomy", source, { memoryMb: 1024 }));
  const { code, megabytes } = await runner.call("roomy", { do: "fill tmp" });
  expect(code).toBe("ENOSPC");
  expect(megabytes).toBe(512);
});

test("nothing but /tmp can be written", async () => {
  const codes = ["/var/task/x", "/etc/x", "/var/runtime/x"].map((path) =>
    runner.call("box", { do: "write", path }),
  );
  expect(new Set(await Promise.all(codes))).toEqual(new Set(["EROFS"]));
});

test("a file that its owner alone may read cannot be loaded", async () => {
  runner.declare(functionOf("closed", source, { mode: 0o600 }));
  expect((await runner.faultOf("closed")).errorMessage).toContain("EACCES");
});

test("an exit and a timeout are different faults, and leave no container", async () => {
  expect(await runner.faultOf("box", { do: "exit" })).toMatchObject({ errorType: "Runtime.ExitError" });
  expect(await runner.faultOf("hasty", { do: "sleep" })).toMatchObject({ errorType: "Sandbox.Timedout" });
  expect((await runner.call("hasty")).files).toEqual([]);
});

test("SLS-27 a container stands still between invocations", async () => {
  await runner.call("box", { do: "late" });
  await sleep(3000);
  expect(runner.lines().join()).not.toContain("late work");
  await runner.call("box");
  await runner.linesWith(/late work/);
});

test("SLS-75 what a killed runner left is removed by its label, frozen or not", async () => {
  const lost = `${label}-lost`;
  const boxes = containerSandboxes({ node: lockedRuntime().binary!, image: await baseImage(), label: lost });
  const own = await startRunner([functionOf("box", source)], { sandboxes: boxes });
  await own.call("box");
  await boxes.sweep();
  expect(await dockerLines("ps", "--all", "--quiet", "--filter", `label=tintype.lambda=${lost}`)).toEqual([]);
  await own.stop();
});
