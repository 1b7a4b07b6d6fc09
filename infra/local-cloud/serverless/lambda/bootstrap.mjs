// The runtime inside of an execution environment: asks for events, calls the handler, reports what it gave.
// https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
import { existsSync, writeSync } from "node:fs";
import { Agent, request } from "node:http";
import { join } from "node:path";
import { setImmediate as turnOfLoop } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { isMainThread, MessageChannel, receiveMessageOnPort, Worker, workerData } from "node:worker_threads";

const { env } = process;
if (!isMainThread) await new Promise(() => serveCalls(workerData));

/**
 * Calls the Runtime API for the thread of the function, which stands still during a call: from the answer to the next event
 * nothing of a function runs. Containers are paused later, which takes longer.
 */
function serveCalls({ port, turn }) {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const end = (result) => {
    port.postMessage(result);
    Atomics.store(turn, 0, 1);
    Atomics.notify(turn, 0);
  };
  port.on("message", ({ method, path, body, headers }) => {
    const url = `http://${env.AWS_LAMBDA_RUNTIME_API}/2018-06-01/runtime${path}`;
    const outgoing = request(url, { method, agent, headers }, async (answer) => {
      const chunks = await answer.toArray();
      end({ headers: answer.headers, body: Buffer.concat(chunks).toString() });
    });
    outgoing.on("error", (error) => end({ error: error.message })).end(body);
  });
}

const turn = new Int32Array(new SharedArrayBuffer(4));
const { port1: calls, port2: port } = new MessageChannel();
new Worker(new URL(import.meta.url), { workerData: { port, turn }, transferList: [port] }).unref();
calls.unref();
let requestId = "";

function call(method, path, body, headers = {}) {
  Atomics.store(turn, 0, 0);
  calls.postMessage({ method, path, body, headers });
  Atomics.wait(turn, 0, 0);
  const { error, ...answer } = receiveMessageOnPort(calls).message;
  if (error !== undefined) throw new Error(error);
  return answer;
}

function report(path, error, errorType = error?.name ?? typeof error) {
  const trace = String(error?.stack ?? error).split("\n");
  const fault = { errorType, errorMessage: String(error?.message ?? error), trace };
  write("error", env.AWS_LAMBDA_LOG_FORMAT === "JSON" ? fault : `Invoke Error \t${JSON.stringify(fault)}`);
  return call("POST", path, JSON.stringify(fault), peakMemory());
}

const peakMemory = () => ({ "tintype-peak-memory-kb": String(process.resourceUsage().maxRSS) });

/** One event of the log is one line, in the format of the function's settings. */
function write(level, ...parts) {
  const timestamp = new Date().toISOString();
  const words = parts.map((part) => (typeof part === "string" ? part : JSON.stringify(part)));
  const message = parts.length === 1 ? parts[0] : words.join(" ");
  const line =
    env.AWS_LAMBDA_LOG_FORMAT === "JSON"
      ? JSON.stringify({ timestamp, level: level.toUpperCase(), requestId, message })
      : `${timestamp}\t${requestId}\t${level.toUpperCase()}\t${words.join(" ").replaceAll("\n", "\r")}`;
  writeWhole(Buffer.from(`${line}\n`));
}

/** Not by `process.stdout`, which may write later, and then no one would. */
function writeWhole(bytes) {
  for (let at = 0; at < bytes.length;) {
    try {
      at += writeSync(1, bytes, at);
    } catch (error) {
      if (error.code !== "EAGAIN") throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
    }
  }
}

for (const level of ["debug", "info", "warn", "error"]) console[level] = (...parts) => write(level, ...parts);
console.log = console.info;

async function loadHandler() {
  const [, folder, file, name] = /^(.*\/)?([^./]+)\.(.+)$/.exec(env._HANDLER) ?? [];
  const base = join(env.LAMBDA_TASK_ROOT, folder ?? "", file ?? env._HANDLER);
  const path = [".mjs", ".js", ".cjs"].map((suffix) => base + suffix).find(existsSync);
  if (path === undefined) throw fault("Runtime.ImportModuleError", `Cannot find module '${file}'`);
  const module = await import(pathToFileURL(path).href);
  const handler = module[name] ?? module.default?.[name];
  if (typeof handler !== "function") {
    throw fault("Runtime.HandlerNotFound", `${env._HANDLER} is undefined or not exported`);
  }
  // nodejs24.x refuses them: https://docs.aws.amazon.com/lambda/latest/dg/nodejs-handler.html
  if (handler.length >= 3) {
    throw fault(
      "Runtime.CallbackHandlerDeprecated",
      "Handlers that take a callback are refused by nodejs24.x",
    );
  }
  return handler;
}

const fault = (name, message) => Object.assign(new Error(message), { name });

function contextOf(headers) {
  const deadline = Number(headers["lambda-runtime-deadline-ms"]);
  return {
    awsRequestId: headers["lambda-runtime-aws-request-id"],
    invokedFunctionArn: headers["lambda-runtime-invoked-function-arn"],
    functionName: env.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: env.AWS_LAMBDA_FUNCTION_VERSION,
    memoryLimitInMB: env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: env.AWS_LAMBDA_LOG_STREAM_NAME,
    callbackWaitsForEmptyEventLoop: true,
    getRemainingTimeInMillis: () => deadline - Date.now(),
  };
}

const handler = await loadHandler().catch((error) => {
  report("/init/error", error);
  process.exit(1);
});

for (const [event, type] of [
  ["uncaughtException", "Runtime.UnhandledException"],
  ["unhandledRejection", "Runtime.UnhandledPromiseRejection"],
]) {
  process.on(event, (error) => {
    try {
      report(`/invocation/${requestId}/error`, error, type);
    } finally {
      process.exit(128);
    }
  });
}

for (;;) {
  const { headers, body } = call("GET", "/invocation/next");
  await turnOfLoop(); // what an earlier invocation left goes on
  const context = contextOf(headers);
  requestId = context.awsRequestId;
  env._X_AMZN_TRACE_ID = headers["lambda-runtime-trace-id"];
  let answer;
  try {
    answer = JSON.stringify(await handler(JSON.parse(body), context)) ?? "null";
  } catch (error) {
    report(`/invocation/${requestId}/error`, error);
    continue;
  }
  call("POST", `/invocation/${requestId}/response`, answer, peakMemory());
}
