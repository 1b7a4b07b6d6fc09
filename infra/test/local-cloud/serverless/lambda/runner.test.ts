import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { existsSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { processesWith } from "../../../../local-cloud/emulator/processes.ts";
import { lambdaBootstrap } from "../../../../local-cloud/serverless/lambda/paths.ts";
import { arnOf, functionOf, startRunner } from "./harness.ts";

type Runner = Awaited<ReturnType<typeof startRunner>>;
let runner: Runner;

const faulty = `
import { writeFileSync } from "node:fs";
let calls = 0;
export async function handler(event) {
  calls += 1;
  if (event.do === "throw") throw Object.assign(new TypeError("no such thing"), {});
  if (event.do === "exit") process.exit(3);
  if (event.do === "sleep") await new Promise((resolve) => setTimeout(resolve, 60_000));
  if (event.do === "reject") { Promise.reject(new Error("left alone")); await new Promise((r) => setTimeout(r, 5_000)); }
  if (event.do === "big") return "x".repeat(6 * 1024 * 1024 + 200);
  if (event.do === "cycle") { const a = {}; a.a = a; return a; }
  if (event.do === "print") console.log(event.text);
  return { pid: process.pid, calls };
}`;

beforeAll(async () => {
  runner = await startRunner([
    functionOf("faulty", faulty, { timeoutMs: 1500 }),
    functionOf("json", faulty, { logFormat: "JSON" }),
    functionOf("broken", "throw new RangeError('MAIL_FROM is missing')"),
    functionOf("nowhere", "export const other = 1;"),
    functionOf("callback", "export const handler = (event, context, done) => done(null, 1);"),
    functionOf("python", "", { runtime: "python3.13" }),
    functionOf(
      "slow-start",
      "await new Promise((r) => setTimeout(r, 60_000)); export const handler = () => 1;",
    ),
  ]);
});
afterAll(() => runner.stop());

test("an answer is the handler's, and the next event goes to the same environment", async () => {
  const first = await runner.call("faulty");
  expect(await runner.call("faulty")).toEqual({ pid: first.pid, calls: first.calls + 1 });
});

test("an error is a fault with its type, message and trace; its environment goes on", async () => {
  const { pid } = await runner.call("faulty");
  const fault = await runner.faultOf("faulty", { do: "throw" });
  expect(fault).toEqual({
    errorType: "TypeError",
    errorMessage: "no such thing",
    trace: expect.arrayContaining(["TypeError: no such thing"]),
  });
  expect((await runner.call("faulty")).pid).toBe(pid);
});

test("a program that exits is a fault, and the next event gets another environment", async () => {
  const { pid } = await runner.call("faulty");
  expect(await runner.faultOf("faulty", { do: "exit" })).toEqual({
    errorType: "Runtime.ExitError",
    errorMessage: expect.stringMatching(
      /^RequestId: [\w-]{36} Error: Runtime exited with error: exit status 3$/,
    ),
  });
  expect((await runner.call("faulty")).pid).not.toBe(pid);
});

test("a function that takes longer than its timeout is killed, and no event reaches the dying environment", async () => {
  const { pid } = await runner.call("faulty");
  const startedAt = performance.now();
  expect(await runner.faultOf("faulty", { do: "sleep" })).toEqual({
    errorType: "Sandbox.Timedout",
    errorMessage: expect.stringMatching(/^RequestId: [\w-]{36} Error: Task timed out after 1\.50 seconds$/),
  });
  expect((await runner.call("faulty")).pid).not.toBe(pid);
  expect(performance.now() - startedAt).toBeLessThan(20_000);
  expect(() => process.kill(pid, 0)).toThrow("ESRCH");
  await runner.linesWith(/REPORT .*Status: timeout/);
});

test("a rejection that nothing handles is a fault, and ends the environment", async () => {
  const { pid } = await runner.call("faulty");
  const fault = await runner.faultOf("faulty", { do: "reject" });
  expect(fault).toMatchObject({ errorType: "Runtime.UnhandledPromiseRejection", errorMessage: "left alone" });
  expect((await runner.call("faulty")).pid).not.toBe(pid);
});

test("an answer above 6 MB, or one that is no JSON, is a fault", async () => {
  expect(await runner.faultOf("faulty", { do: "big" })).toEqual({
    errorType: "Function.ResponseSizeTooLarge",
    errorMessage: "Response payload size exceeded maximum allowed payload size (6291556 bytes).",
  });
  expect((await runner.faultOf("faulty", { do: "cycle" })).errorMessage).toContain("circular");
});

test("an event above 6 MB is not delivered", async () => {
  const event = JSON.stringify("x".repeat(6 * 1024 * 1024));
  expect(await runner.invoke(arnOf("faulty"), event)).toEqual({ kind: "tooLarge" });
});

test("a function that was never declared is not found", async () => {
  expect(await runner.invoke(arnOf("gone"), "{}")).toEqual({ kind: "notFound" });
});

test.each([
  ["broken", { errorType: "RangeError", errorMessage: "MAIL_FROM is missing" }],
  [
    "nowhere",
    { errorType: "Runtime.HandlerNotFound", errorMessage: "index.handler is undefined or not exported" },
  ],
  ["callback", { errorType: "Runtime.CallbackHandlerDeprecated" }],
])("SLS-37 a start that fails (%s) is the fault of the invocation, each time", async (name, fault) => {
  expect(await runner.faultOf(name)).toMatchObject(fault);
  expect(await runner.faultOf(name)).toMatchObject(fault);
  await runner.linesWith(new RegExp(`INIT_REPORT .*Status: error\tError Type: ${fault.errorType}`));
});

test("SLS-37 a module that is missing is named", async () => {
  runner.declare(functionOf("faulty-import", "import 'no-such-module'; export const handler = () => 1;"));
  expect((await runner.faultOf("faulty-import")).errorMessage).toContain("no-such-module");
  runner.declare(functionOf("no-file", "", { handler: "dist/app.handler" }));
  expect(await runner.faultOf("no-file")).toMatchObject({ errorType: "Runtime.ImportModuleError" });
});

test("a start that never ends is given up", async () => {
  const hasty = await startRunner(
    [
      functionOf(
        "slow-start",
        "await new Promise((r) => setTimeout(r, 60_000)); export const handler = () => 1;",
      ),
    ],
    { initTimeoutMs: 700 },
  );
  expect(await hasty.faultOf("slow-start")).toMatchObject({ errorType: "Sandbox.Timedout" });
  await hasty.stop();
});

test("a runtime that is not emulated is refused", async () => {
  await expect(runner.call("python")).rejects.toThrow("python3.13 is not emulated");
});

test("code with another sum than declared is refused", async () => {
  const { readCode } = functionOf("a", "export const handler = () => 'other';");
  runner.declare({ ...functionOf("swapped", "export const handler = () => 1;"), readCode });
  await expect(runner.call("swapped")).rejects.toThrow("sum is not");
});

test("the log has one event a line, with what Lambda adds around it", async () => {
  const own = await startRunner([functionOf("faulty", faulty)]);
  await own.call("faulty", { do: "print", text: "two\nlines" });
  const lines = await own.linesWith(/two/);
  await own.stop();
  expect(lines).toEqual(
    expect.arrayContaining([
      expect.stringMatching(/^START RequestId: [\w-]{36} Version: \$LATEST$/),
      expect.stringMatching(/^\d{4}-.*Z\t[\w-]{36}\tINFO\ttwo\rlines$/),
      expect.stringMatching(/^END RequestId: [\w-]{36}$/),
      expect.stringMatching(
        /^REPORT RequestId: [\w-]{36}\tDuration: [\d.]+ ms\tBilled Duration: \d+ ms\tMemory Size: 256 MB\tMax Memory Used: \d+ MB\tInit Duration: [\d.]+ ms$/,
      ),
    ]),
  );
  expect(lines).toHaveLength(4);
  const [line] = own.log;
  expect(line).toMatchObject({ group: "/aws/lambda/faulty" });
  expect(line!.stream).toMatch(/^\d{4}\/\d\d\/\d\d\/\[\$LATEST\][0-9a-f]{32}$/);
});

test("SLS-39 in JSON each line is one object: also of an error with line breaks, escapes, 300 KB", async () => {
  const text = `\r\n\u001b[31m${"x".repeat(300_000)}`;
  await runner.call("json", { do: "print", text });
  await runner.faultOf("json", { do: "throw" });
  await runner.faultOf("json", { do: "exit" });
  await runner.linesWith(/platform.report.*ExitError/);
  const lines = runner.log.filter(({ group }) => group === "/aws/lambda/json").map(({ line }) => line);
  expect(lines.every((line) => !["\r", "\n", "\u001b"].some((character) => line.includes(character)))).toBe(
    true,
  );
  const whole = lines.filter((line) => line.length < 256 * 1024).map((line) => JSON.parse(line));
  expect(whole).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ type: "platform.start" }),
      expect.objectContaining({
        level: "ERROR",
        message: expect.objectContaining({ errorType: "TypeError" }),
      }),
    ]),
  );
});

test("SLS-27 what runs on after the answer stands still until the next invocation", async () => {
  const frozen = await startRunner([
    functionOf(
      "late",
      `export const handler = async (event) => { if (event.start) setTimeout(() => console.log("late work"), 50); return 1; };`,
    ),
  ]);
  await frozen.call("late", { start: true });
  await sleep(600);
  expect(frozen.lines().join()).not.toContain("late work");
  await frozen.call("late");
  await frozen.linesWith(/late work/);
  await frozen.stop();
});

test("the environment has the function's variables, the role's credentials, and an empty folder for temporary files", async () => {
  const source = `
import { readdirSync, writeFileSync } from "node:fs"; import { tmpdir } from "node:os";
export const handler = () => { const files = readdirSync(tmpdir()); writeFileSync(tmpdir() + "/a", "x"); return { env: process.env, files }; };`;
  runner.declare(functionOf("env", source, { environment: { TABLE: "accounts", AWS_REGION: "mine" } }));
  const { env, files } = await runner.call("env");
  expect(env).toMatchObject({
    TABLE: "accounts",
    AWS_REGION: "us-east-1",
    AWS_ACCESS_KEY_ID: "ASIA-api",
    AWS_SESSION_TOKEN: "token",
    AWS_LAMBDA_FUNCTION_NAME: "env",
    AWS_LAMBDA_LOG_GROUP_NAME: "/aws/lambda/env",
    AWS_LAMBDA_LOG_STREAM_NAME: expect.stringContaining("[$LATEST]"),
    AWS_EXECUTION_ENV: "AWS_Lambda_nodejs22.x",
    TZ: ":UTC",
  });
  expect(env.HOME).toBeUndefined();
  expect(files).toEqual([]);
});

test("a change of the declaration counts at the next event, and ends the environments of before", async () => {
  const source = "export const handler = () => ({ pid: process.pid, value: process.env.VALUE });";
  runner.declare(functionOf("changing", source, { environment: { VALUE: "1" } }));
  const { pid } = await runner.call("changing");
  runner.declare(functionOf("changing", source, { environment: { VALUE: "2" } }));
  expect((await runner.call("changing")).value).toBe("2");
  while (isRunning(pid)) await sleep(20);
});

test("an alias leads to its version, which knows its number, and the ARN that was called", async () => {
  const source = (n: number) =>
    `export const handler = (event, context) => ({ n: ${n}, version: context.functionVersion, arn: context.invokedFunctionArn });`;
  const version = (n: number) =>
    functionOf("api", source(n), { arn: `${arnOf("api")}:${n}`, version: String(n) });
  runner.declare(version(1), `${arnOf("api")}:live`);
  expect(await runner.call("api:live")).toEqual({ n: 1, version: "1", arn: `${arnOf("api")}:live` });
  runner.declare(version(2), `${arnOf("api")}:live`);
  expect(await runner.call("api:live")).toEqual({ n: 2, version: "2", arn: `${arnOf("api")}:live` });
});

test("credentials that are about to end are not used: the next event gets a new environment", async () => {
  const expires = new Date(Date.now() + 5_000);
  const source = "export const handler = () => process.pid;";
  const soon = await startRunner([functionOf("soon", source, { timeoutMs: 10_000 })], {
    credentials: () => ({ accessKeyId: "A", secretAccessKey: "S", sessionToken: "T", expires }),
  });
  expect(await soon.call("soon")).not.toBe(await soon.call("soon"));
  await soon.stop();
});

test("stop leaves no process and no folder, also of what a function started", async () => {
  const source = `
import { spawn } from "node:child_process";
import { tmpdir } from "node:os";
export const handler = () => ({
  pid: spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"]).pid,
  folder: tmpdir(),
});`;
  const own = await startRunner([functionOf("parent", source)]);
  const { pid, folder } = await own.call("parent");
  expect([isRunning(pid), existsSync(folder)]).toEqual([true, true]);
  expect(own.stats()).toEqual({ coldStarts: 1, environments: 1 });
  await own.stop();
  while (isRunning(pid)) await sleep(20);
  expect(existsSync(folder)).toBe(false);
  expect(own.stats().environments).toBe(0);
});

test("environments of a deleted function end, one at work when it has answered; those of others stay", async () => {
  const source = `export async function handler({ ms }) {
  await new Promise((resolve) => setTimeout(resolve, ms));
  return process.pid;
}`;
  const own = await startRunner([functionOf("one", source), functionOf("one-more", source)]);
  const idle = await own.call("one", { ms: 0 });
  const atWork = own.call("one", { ms: 1500 });
  const kept = await own.call("one-more", { ms: 0 });
  own.release("one");
  expect(await atWork).toBe(idle); // it was at work, and ends after this
  while (isRunning(idle)) await sleep(20);
  expect(isRunning(kept)).toBe(true);
  own.release("one-more");
  while (isRunning(kept)) await sleep(20);
  expect(own.stats().environments).toBe(0);
  await own.stop();
});

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

test("what a killed runner left is ended by the label, and nothing else", async () => {
  const source = "export const handler = () => process.pid;";
  const { processSandboxes } = await import("../../../../local-cloud/serverless/lambda/process-sandboxes.ts");
  const lost = processSandboxes({ node: process.execPath, label: `lost-${process.pid}` });
  const own = await startRunner([functionOf("lost", source)], { sandboxes: lost });
  const kept = await startRunner([functionOf("kept", source)]);
  const [pid, other] = [await own.call("lost"), await kept.call("kept")];
  expect(processesWith(lambdaBootstrap, `--lambda=lost-${process.pid}`)).toEqual([pid]);
  await lost.sweep();
  while (processesWith(lambdaBootstrap, `--lambda=lost-${process.pid}`).length > 0) await sleep(20);
  expect(isRunning(other)).toBe(true);
  await Promise.all([own.stop(), kept.stop()]);
});
