import { randomBytes, randomUUID } from "node:crypto";
import { deferred } from "./deferred.ts";
import { type FunctionDescription, runtimes } from "./function-description.ts";
import { environmentLog, type Log, type Reported } from "./environment-log.ts";
import { type Event, type RuntimeAnswer, runtimeApi } from "./runtime-api.ts";
import type { Ending, Sandboxes } from "./sandbox.ts";

/** The end of an invocation that ran: an answer, or a fault `{errorType, errorMessage, trace?}`; both JSON. */
export interface Outcome {
  readonly payload: string;
  readonly failed: boolean;
}

export interface RoleCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  readonly expires: Date;
}

export interface EnvironmentProps {
  readonly description: FunctionDescription;
  readonly task: string;
  readonly sandboxes: Sandboxes;
  readonly credentials: RoleCredentials;
  readonly log: Log;
  /** Lambda gives 10 seconds. */
  readonly initTimeoutMs: number;
}

/** One execution environment: a sandbox with a runtime in it, which is frozen whenever nothing is invoked. */
export interface Environment {
  /** False from the moment that it is killed, or its program ends. */
  readonly isAlive: () => boolean;
  readonly expires: Date;
  /** Undefined when the runtime waits for events; else why it never will. */
  readonly ready: Promise<Outcome | undefined>;
  /**
   * One at a time: the caller waits for the outcome before it invokes again. Undefined if the program ended before it
   * took the event.
   */
  invoke(functionArn: string, payload: string): Promise<Outcome | undefined>;
  kill(): Promise<void>;
}

/** The bootstrap stands still at once; a pause of the whole sandbox costs more than a short invocation. */
const idleBeforeFreezeMs = 500;

type Deliver = (event: Event) => void;

/** Starts an environment; it takes its first invocation when `ready`. */
export async function openEnvironment(props: EnvironmentProps): Promise<Environment> {
  const { description, sandboxes, task, credentials } = props;
  if (!runtimes.includes(description.runtime)) {
    throw new Error(`Runtime ${description.runtime} is not emulated: only ${runtimes.join(", ")}`);
  }
  const startedAt = performance.now();
  const elapsedMs = () => performance.now() - startedAt;
  const stream = `${new Date().toISOString().slice(0, 10).replaceAll("-", "/")}/[${description.version}]${randomBytes(16).toString("hex")}`;
  const log = environmentLog(props.log, stream, description);
  const ready = deferred<Outcome | undefined>();
  let next = deferred<Deliver>();
  let running:
    | { requestId: string; end: (answer: RuntimeAnswer, status?: Reported["status"]) => void }
    | undefined;
  let initMs: number | undefined;
  let isAlive = true;
  let isFrozen = false;
  let moved = Promise.resolve(); // freezes and thaws, one after the other
  let freezing: NodeJS.Timeout | undefined;

  const api = await runtimeApi({
    onNext(deliver) {
      initMs ??= elapsedMs();
      ready.resolve(undefined);
      next.resolve(deliver);
    },
    onInitError: (payload) => failInit(payload),
    onAnswer(requestId, answer) {
      if (running?.requestId !== requestId) return false;
      running.end(answer);
      return true;
    },
  });

  const sandbox = sandboxes.start({
    task,
    env: { ...environmentOf(props, stream), AWS_LAMBDA_RUNTIME_API: api.address },
    memoryMb: description.memoryMb,
    tmpMb: description.tmpMb,
    onLine: log.write,
  });
  const initTimer = setTimeout(() => {
    failInit(fault("Sandbox.Timedout", `Error: Init timed out after ${props.initTimeoutMs} ms`));
  }, props.initTimeoutMs);

  void sandbox.ended.then((ending) => {
    const { errorType, errorMessage } = isAlive ? exitFault(ending) : killed;
    isAlive = false;
    failInit(fault(errorType, errorMessage));
    failRunning(errorType, errorMessage);
    next.promise.catch(() => {});
    next.reject(new Error(errorMessage));
    api.close();
  });
  void ready.promise.then(() => clearTimeout(initTimer));

  function failRunning(errorType: string, message: string, status?: "timeout"): void {
    const payload = fault(errorType, message, running?.requestId);
    running?.end({ payload, failed: true, peakMemoryMb: undefined }, status);
  }

  function failInit(payload: string): void {
    if (initMs !== undefined) return;
    initMs = elapsedMs();
    log.initFailed((JSON.parse(payload) as { errorType: string }).errorType, initMs);
    ready.resolve({ payload, failed: true });
    void kill();
  }

  /** Marked dead at the kill, not at the end of its program: no event may reach one that is dying. */
  async function kill(): Promise<void> {
    isAlive = false;
    clearTimeout(freezing);
    await sandbox.kill();
    api.close();
  }

  function move(freeze: boolean): Promise<void> {
    moved = moved.then(async () => {
      if (!isAlive || isFrozen === freeze) return;
      isFrozen = freeze;
      await (freeze ? sandbox.freeze() : sandbox.thaw());
    });
    return moved;
  }

  let isFirst = true;
  async function invoke(functionArn: string, payload: string): Promise<Outcome | undefined> {
    clearTimeout(freezing);
    await move(false);
    const deliver = await next.promise.catch(() => undefined);
    if (deliver === undefined) return undefined;
    next = deferred<Deliver>();
    const requestId = randomUUID();
    const { timeoutMs } = description;
    const outcome = deferred<Outcome>();
    log.start(requestId);
    const invokedAt = performance.now();
    const timer = setTimeout(() => {
      log.timedOut(requestId, timeoutMs);
      void kill();
      const seconds = (timeoutMs / 1000).toFixed(2);
      failRunning("Sandbox.Timedout", `Error: Task timed out after ${seconds} seconds`, "timeout");
    }, timeoutMs);
    running = {
      requestId,
      end({ payload: result, failed, peakMemoryMb }, status = failed ? "error" : "success") {
        running = undefined;
        clearTimeout(timer);
        const durationMs = Math.min(performance.now() - invokedAt, timeoutMs);
        const errorType = failed ? errorTypeOf(result) : undefined;
        const init = isFirst ? initMs : undefined;
        log.end({ requestId, durationMs, initMs: init, peakMemoryMb, status, errorType });
        isFirst = false;
        outcome.resolve({ payload: result, failed });
      },
    };
    deliver({ requestId, functionArn, deadline: Date.now() + timeoutMs, payload });
    const ended = await outcome.promise;
    freezing = setTimeout(() => void move(true), idleBeforeFreezeMs).unref();
    return ended;
  }

  return { isAlive: () => isAlive, expires: credentials.expires, ready: ready.promise, invoke, kill };
}

const killed = {
  errorType: "Runtime.ExitError",
  errorMessage: "Error: Runtime exited with error: signal: killed",
};

function exitFault({ code, outOfMemory }: Ending) {
  if (outOfMemory) return { ...killed, errorType: "Runtime.OutOfMemory" };
  const why = code === 0 ? "without providing a reason" : `with error: exit status ${code ?? "unknown"}`;
  return { errorType: "Runtime.ExitError", errorMessage: `Error: Runtime exited ${why}` };
}

const fault = (errorType: string, message: string, requestId?: string) =>
  JSON.stringify({
    errorType,
    errorMessage: requestId === undefined ? message : `RequestId: ${requestId} ${message}`,
  });

function errorTypeOf(payload: string): string | undefined {
  const { errorType } = JSON.parse(payload) as { errorType?: string };
  return errorType;
}

/** https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html; what Lambda sets wins over the function's own. */
function environmentOf({ description, credentials, sandboxes, task }: EnvironmentProps, stream: string) {
  const region = description.arn.split(":")[3]!;
  return {
    ...description.environment,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_SESSION_TOKEN: credentials.sessionToken,
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_EXECUTION_ENV: `AWS_Lambda_${description.runtime}`,
    AWS_LAMBDA_FUNCTION_NAME: description.name,
    AWS_LAMBDA_FUNCTION_VERSION: description.version,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(description.memoryMb),
    AWS_LAMBDA_INITIALIZATION_TYPE: "on-demand",
    AWS_LAMBDA_LOG_FORMAT: description.logFormat,
    AWS_LAMBDA_LOG_GROUP_NAME: description.logGroup,
    AWS_LAMBDA_LOG_STREAM_NAME: stream,
    _HANDLER: description.handler,
    LAMBDA_TASK_ROOT: sandboxes.taskRoot(task),
    LAMBDA_RUNTIME_DIR: "/var/runtime",
    LANG: "en_US.UTF-8",
    PATH: "/var/lang/bin:/usr/local/bin:/usr/bin:/bin",
    TZ: ":UTC",
  };
}
