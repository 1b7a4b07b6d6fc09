import { setTimeout as sleepMs } from "node:timers/promises";
import { asyncInvocations, type Dropped, type Invocation } from "./async-invocations.ts";
import { unpackedCode } from "./function-code.ts";
import { type Environment, openEnvironment, type Outcome, type RoleCredentials } from "./environment.ts";
import { environmentKey, type FunctionDescription } from "./function-description.ts";
import type { Log } from "./environment-log.ts";
import { maxPayloadBytes } from "./runtime-api.ts";
import type { Sandboxes } from "./sandbox.ts";

export interface RunnerProps {
  /** A function by its ARN, perhaps with a version or an alias; undefined if there is none. Asked at each invocation. */
  readonly describe: (arn: string) => Promise<FunctionDescription | undefined>;
  readonly sandboxes: Sandboxes;
  /** Code is unpacked below it, each sum once. */
  readonly codeFolder: string;
  readonly credentials: (role: string) => RoleCredentials;
  readonly log: Log;
  readonly now: () => Date;
  /** Before an asynchronous event is tried again. */
  readonly sleep?: (ms: number, signal: AbortSignal) => Promise<unknown>;
  readonly onDropped?: (event: Dropped) => void;
  /** Of all functions together. New accounts have 10, others 1,000. */
  readonly accountConcurrency?: number;
  /** An environment that waits longer is given up. */
  readonly idleMs?: number;
  readonly initTimeoutMs?: number;
  /** Of one version. AWS starts 1,000 in ten seconds; more than a few at once only hinder each other on one machine. */
  readonly startsAtOnce?: number;
  /**
   * How long an invocation waits for each environment at work before another is started, once a version has some. A start
   * takes a second of a core: on a busy machine, more of them would slow down what they are to help.
   */
  readonly patienceMs?: number;
}

interface Pool {
  /** Environments that are frozen, with the key of what they are made from. */
  readonly idle: {
    readonly key: string;
    readonly environment: Environment;
    readonly timer: NodeJS.Timeout;
  }[];
  /** The first takes the next environment that is free: one that has started, or that has ended its work. */
  readonly waiting: Waiting[];
  starting: number;
  /** One has started before. */
  hasStarted: boolean;
  /** The function is gone: what is still at work is not kept. */
  isGone: boolean;
}

interface Waiting {
  readonly key: string;
  readonly description: FunctionDescription;
  /** Given an environment, or why there is none. */
  take(given: Environment | Outcome | Promise<never>): void;
}

const stoppedOutcome: Outcome = {
  payload: JSON.stringify({ errorType: "ServiceException", errorMessage: "The runner was stopped" }),
  failed: true,
};

/** Runs functions as Lambda does. `stop` leaves no environment behind; call `sweep` of the sandboxes before the first. */
export function lambdaRunner(props: RunnerProps) {
  const { describe, sandboxes, accountConcurrency = 1000, idleMs = 300_000, initTimeoutMs = 10_000 } = props;
  const { startsAtOnce = 2, patienceMs = 200 } = props;
  const { sleep = (ms, signal) => sleepMs(ms, undefined, { signal }) } = props;
  const pools = new Map<string, Pool>();
  const environments = new Set<Environment>();
  const running = new Map<string, number>();
  const unpacking = new Map<string, Promise<string>>();
  const stats = { coldStarts: 0 };
  let isStopped = false;

  async function invoke(arn: string, payload: string): Promise<Invocation> {
    if (Buffer.byteLength(payload) > maxPayloadBytes) return { kind: "tooLarge" };
    const description = await describe(arn);
    if (description === undefined || isStopped) return { kind: "notFound" };
    const { name } = description;
    // Nothing is awaited between the count and its increase.
    if (!mayRun(description)) return { kind: "throttled" };
    running.set(name, (running.get(name) ?? 0) + 1);
    try {
      return { kind: "ran", ...(await runIn(description, arn, payload)) };
    } finally {
      running.set(name, running.get(name)! - 1);
    }
  }

  function mayRun({ name, reservedConcurrency = Infinity }: FunctionDescription): boolean {
    const all = [...running.values()].reduce((sum, count) => sum + count, 0);
    return (running.get(name) ?? 0) < reservedConcurrency && all < accountConcurrency;
  }

  async function runIn(description: FunctionDescription, arn: string, payload: string): Promise<Outcome> {
    const key = environmentKey(description);
    const pool = poolOf(description);
    const given = takeIdle(pool, key, description) ?? (await nextFree(pool, key, description));
    if (!("invoke" in given)) return given;
    const environment = given;
    const outcome = await environment.invoke(arn, payload);
    if (outcome === undefined && !isStopped) {
      forget(environment);
      return runIn(description, arn, payload);
    }
    if (!environment.isAlive() || isStopped) forget(environment);
    else rest(pool, key, environment);
    return outcome ?? stoppedOutcome;
  }

  function poolOf({ name, version }: FunctionDescription): Pool {
    const id = `${name}:${version}`;
    if (!pools.has(id))
      pools.set(id, { idle: [], waiting: [], starting: 0, hasStarted: false, isGone: false });
    return pools.get(id)!;
  }

  function nextFree(pool: Pool, key: string, description: FunctionDescription) {
    return new Promise<Environment | Outcome>((take) => {
      const waiting = { key, description, take };
      pool.waiting.push(waiting);
      if (pool.hasStarted) startMoreLater(pool, waiting);
      else startMore(pool);
    });
  }

  /** Unless `waiting` gets an environment before. */
  function startMoreLater(pool: Pool, waiting: Waiting): void {
    const atWork = (running.get(waiting.description.name) ?? 0) - pool.waiting.length;
    const start = () => pool.waiting.includes(waiting) && startMore(pool);
    setTimeout(start, patienceMs * Math.max(1, atWork)).unref();
  }

  function startMore(pool: Pool): void {
    while (!isStopped && pool.starting < Math.min(startsAtOnce, pool.waiting.length)) {
      void start(pool, pool.waiting[pool.starting]!.description);
    }
  }

  async function start(pool: Pool, description: FunctionDescription): Promise<void> {
    const key = environmentKey(description);
    pool.starting += 1;
    try {
      const environment = await open(description);
      const unready = await environment.ready;
      if (unready === undefined) {
        pool.hasStarted = true;
        rest(pool, key, environment);
      } else {
        forget(environment);
        firstWaiting(pool, key)?.take(unready);
      }
    } catch (error) {
      firstWaiting(pool, key)?.take(Promise.reject(error));
    }
    pool.starting -= 1;
    const [next] = pool.waiting;
    if (!pool.hasStarted) startMore(pool);
    else if (next !== undefined) startMoreLater(pool, next);
  }

  function firstWaiting(pool: Pool, key: string): Waiting | undefined {
    const at = pool.waiting.findIndex((candidate) => candidate.key === key);
    return at < 0 ? undefined : pool.waiting.splice(at, 1)[0];
  }

  /** The one that was used last; those of an older declaration, or whose credentials are about to end, are given up. */
  function takeIdle(pool: Pool, key: string, { timeoutMs }: FunctionDescription): Environment | undefined {
    const soon = props.now().getTime() + timeoutMs;
    const kept = pool.idle.splice(0).filter((candidate) => {
      const { environment } = candidate;
      if (candidate.key === key && environment.isAlive() && environment.expires.getTime() > soon) return true;
      clearTimeout(candidate.timer);
      forget(environment);
      return false;
    });
    const taken = kept.pop();
    clearTimeout(taken?.timer);
    pool.idle.push(...kept);
    return taken?.environment;
  }

  function rest(pool: Pool, key: string, environment: Environment): void {
    if (isStopped || pool.isGone) return forget(environment);
    const next = firstWaiting(pool, key);
    if (next !== undefined) return next.take(environment);
    const timer = setTimeout(() => {
      pool.idle.splice(
        pool.idle.findIndex((candidate) => candidate.environment === environment),
        1,
      );
      forget(environment);
    }, idleMs).unref();
    pool.idle.push({ key, environment, timer });
  }

  async function open(description: FunctionDescription): Promise<Environment> {
    stats.coldStarts += 1;
    const task = await taskOf(description);
    const { log } = props;
    const credentials = props.credentials(description.role);
    const environment = await openEnvironment({
      description,
      task,
      sandboxes,
      credentials,
      log,
      initTimeoutMs,
    });
    environments.add(environment);
    return environment;
  }

  function taskOf(description: FunctionDescription): Promise<string> {
    const { codeSha256 } = description;
    const known = unpacking.get(codeSha256) ?? unpackedCode(props.codeFolder, description);
    unpacking.set(codeSha256, known);
    known.catch(() => unpacking.delete(codeSha256));
    return known;
  }

  const ending = new Set<Promise<void>>();
  function forget(environment: Environment): void {
    const end = environment.kill().finally(() => {
      environments.delete(environment);
      ending.delete(end);
    });
    ending.add(end);
  }

  const { invokeAsync, stop: stopAsync } = asyncInvocations({ invoke, ...props, sleep });

  return {
    invoke,
    invokeAsync,
    /** Gives up the environments of a function that was deleted, in all its versions. */
    release(name: string): void {
      for (const [id, pool] of pools) {
        if (!id.startsWith(`${name}:`)) continue;
        pool.isGone = true;
        pools.delete(id);
        for (const { environment, timer } of pool.idle.splice(0)) {
          clearTimeout(timer);
          forget(environment);
        }
      }
    },
    stats: () => ({ ...stats, environments: environments.size }),
    async stop(): Promise<void> {
      isStopped = true;
      stopAsync();
      for (const { idle, waiting } of pools.values()) {
        for (const { timer } of idle) clearTimeout(timer);
        for (const { take } of waiting.splice(0)) take(stoppedOutcome);
      }
      for (const environment of environments) forget(environment);
      while (ending.size > 0) await Promise.all(ending);
    },
  };
}

export type LambdaRunner = ReturnType<typeof lambdaRunner>;
