import { type ChildProcess, spawn } from "node:child_process";
import { dirname } from "node:path";
import { AppError } from "../../domain/app-error.ts";
import { decoderProgram } from "./decoder-program.ts";
import type { Outcome, Refusal, Reply, Request, Task } from "./decoder-protocol.ts";
import { tooMuch, unavailable, unprocessable } from "./image-error.ts";

/**
 * The memory that the process may allocate (RLIMIT_DATA), touched or not. Measured: a WebP of 49 megapixels takes 878,000,
 * the most of all accepted pictures; with less than it needs, an intact picture looks damaged.
 */
const maxDataKiB = 1_100_000;

// If the limit cannot be set, as on macOS, the checks of the header and the deadline remain.
const limited = 'ulimit -d "$0" 2>/dev/null; exec "$@"';

interface Options {
  /** How long an idle process lives, before it ends and frees its memory. @default 10 seconds */
  readonly idleMs?: number;
}

export interface Terms {
  /** If the task takes longer, the process is killed and the picture refused. */
  readonly timeoutMs: number;
  /** If aborted, the process is killed and `run` rejects with its reason. */
  readonly signal?: AbortSignal | undefined;
}

interface Job {
  readonly resolve: (result: Outcome) => void;
  readonly reject: (reason: unknown) => void;
}

interface Running {
  readonly child: ChildProcess;
  readonly jobs: Map<number, Job>;
  isReady: boolean;
  /** Killed by us because of one task: it does not count as an attempt of the others. */
  isStopped: boolean;
}

/** The process ended while it had work. */
class DecoderEnded extends Error {
  readonly signal: NodeJS.Signals | null;
  /** Whether another task was the cause. */
  readonly isForAnother: boolean;

  constructor(signal: NodeJS.Signals | null, isForAnother = false) {
    super(`the decoder was ended by ${signal ?? "itself"}`);
    this.signal = signal;
    this.isForAnother = isForAnother;
  }
}

/**
 * Runs tasks in a child process, which is started when there is work and ends some time after the last. A task during
 * which it dies is retried once. If it dies again, `run` throws `unavailable` if it was killed from outside, as by the
 * kernel when memory is short, and `unprocessable_image` if it crashed.
 */
export function decoderProcess({ idleMs = 10_000 }: Options = {}) {
  let running: Running | undefined;
  let idle: NodeJS.Timeout | undefined;
  let lastId = 0;

  async function run<Kind extends Task["kind"]>(
    task: Task & { readonly kind: Kind },
    terms: Terms,
  ): Promise<Outcome<Kind>> {
    for (let attemptsLeft = 1; ;) {
      try {
        return (await attempt(task, terms)) as Outcome<Kind>;
      } catch (error) {
        if (!(error instanceof DecoderEnded)) throw error;
        if (error.isForAnother) continue;
        if (attemptsLeft === 0) throw error.signal === "SIGKILL" ? unavailable(error) : crashed(error);
        attemptsLeft -= 1;
      }
    }
  }

  async function attempt(task: Task, { timeoutMs, signal }: Terms): Promise<Outcome> {
    signal?.throwIfAborted();
    clearTimeout(idle);
    const decoder = (running ??= start());
    const id = ++lastId;
    const abort = () => stop(signal?.reason);
    const timer = setTimeout(() => stop(tooMuch("decoding took too long")), timeoutMs);
    function stop(reason: unknown): void {
      decoder.jobs.get(id)?.reject(reason);
      decoder.jobs.delete(id);
      decoder.isStopped = true;
      kill(decoder);
    }
    signal?.addEventListener("abort", abort);
    try {
      return await new Promise((resolve, reject) => {
        decoder.jobs.set(id, { resolve, reject });
        keepAwake(decoder);
        // A failure here is followed by the exit of the process.
        decoder.child.send({ id, task } satisfies Request, () => undefined);
      });
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener("abort", abort);
    }
  }

  function start(): Running {
    const child = spawn("/bin/sh", ["-c", limited, String(maxDataKiB), process.execPath, ...decoderProgram], {
      cwd: dirname(decoderProgram.at(-1)!), // tsx is resolved from there
      // None of the API's secrets, and no variable that changes Node or libvips. Fewer arenas release memory sooner.
      env: { MALLOC_ARENA_MAX: "2" },
      stdio: ["ignore", "ignore", "inherit", "ipc"],
    });
    const decoder: Running = { child, jobs: new Map(), isReady: false, isStopped: false };
    child.on("message", (reply: Reply) => receive(decoder, reply));
    child.on("disconnect", () => kill(decoder));
    child.on("error", (error) => fail(decoder, unavailable(error)));
    child.on("exit", (_code, signal) => {
      const reason = new DecoderEnded(signal, decoder.isStopped);
      fail(decoder, decoder.isReady || signal === "SIGKILL" ? reason : unavailable(reason));
    });
    return decoder;
  }

  function receive(decoder: Running, reply: Reply): void {
    if ("ready" in reply) {
      decoder.isReady = true;
      return;
    }
    const job = decoder.jobs.get(reply.id);
    decoder.jobs.delete(reply.id);
    if ("refusal" in reply) job?.reject(errorOf(reply.refusal));
    else job?.resolve(reply.result);
    if (decoder.jobs.size === 0 && decoder === running) rest(decoder);
  }

  /** An idle process does not keep the API alive, and ends if no work comes. */
  function rest(decoder: Running): void {
    decoder.child.unref();
    decoder.child.channel?.unref();
    idle = setTimeout(() => kill(decoder), idleMs).unref();
  }

  function fail(decoder: Running, reason: unknown): void {
    if (decoder === running) running = undefined;
    for (const { reject } of decoder.jobs.values()) reject(reason);
    decoder.jobs.clear();
  }

  function kill(decoder: Running): void {
    if (decoder === running) running = undefined;
    decoder.child.kill("SIGKILL");
  }

  return { run };
}

function keepAwake({ child }: Running): void {
  child.ref();
  child.channel?.ref();
}

function crashed(cause: unknown): AppError {
  return unprocessable("cannot be processed here: save it in another format", cause);
}

function errorOf({ code, message, faults, errno }: Refusal): Error {
  return code ? new AppError(code, message, { faults }) : Object.assign(new Error(message), { code: errno });
}
