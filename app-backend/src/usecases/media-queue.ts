import { AppError } from "../domain/app-error.ts";

/** Tasks that run at a time, one of them for an account, and all of them with those that wait. */
export const mediaQueueSize = { atOnce: 4, maxOfAccount: 10, max: 60 };
const retryAfterMs = 5_000;

interface Task<Result> {
  readonly accountId: string;
  readonly result: Promise<Result>;
  readonly start: () => void;
  isRunning: boolean;
}

/**
 * Long work: one task of an account and a few of all run at a time, the others wait in line. Requests for one id share a
 * task, which goes on without them, for at most `maxMs`.
 */
export function mediaQueue<Result>(maxMs: number) {
  const tasks = new Map<string, Task<Result>>();
  const stopping = new AbortController();

  /** The result of the task of that id, which is added if there is none. Throws `too_many_requests` or `unavailable`. */
  function run(
    accountId: string,
    id: string,
    work: (signal: AbortSignal) => Promise<Result>,
  ): Promise<Result> {
    return (tasks.get(id) ?? add(accountId, id, work)).result;
  }

  function add(accountId: string, id: string, work: (signal: AbortSignal) => Promise<Result>): Task<Result> {
    const own = [...tasks.values()].filter((task) => task.accountId === accountId);
    if (own.length >= mediaQueueSize.maxOfAccount)
      throw new AppError("too_many_requests", "too many files of the account are in line", { retryAfterMs });
    if (tasks.size >= mediaQueueSize.max) throw new AppError("unavailable", "too many files are in line");
    let start = () => {};
    const result = new Promise<void>((resolve) => (start = resolve))
      .then(() => limited(work))
      .finally(() => {
        tasks.delete(id);
        startNext();
      });
    result.catch(() => undefined); // the requests may have been answered before
    const task = { accountId, result, start, isRunning: false };
    tasks.set(id, task);
    startNext();
    return task;
  }

  async function limited(work: (signal: AbortSignal) => Promise<Result>): Promise<Result> {
    stopping.signal.throwIfAborted();
    const controller = new AbortController();
    const abort = (reason: unknown) => controller.abort(reason);
    const expire = () => abort(new AppError("unavailable", "file takes too long"));
    const stop = () => abort(stopping.signal.reason);
    const timer = setTimeout(expire, maxMs);
    stopping.signal.addEventListener("abort", stop);
    try {
      return await work(controller.signal);
    } finally {
      clearTimeout(timer);
      stopping.signal.removeEventListener("abort", stop);
    }
  }

  function startNext(): void {
    for (const task of tasks.values()) {
      const running = [...tasks.values()].filter(({ isRunning }) => isRunning);
      if (running.length >= mediaQueueSize.atOnce) return;
      if (task.isRunning || running.some(({ accountId }) => accountId === task.accountId)) continue;
      task.isRunning = true;
      task.start();
    }
  }

  return {
    run,
    /** The result of the account's task of that id, if there is one. */
    find(accountId: string, id: string): Promise<Result> | undefined {
      const task = tasks.get(id);
      return task?.accountId === accountId ? task.result : undefined;
    },
    /** How many run or wait. */
    inLine: () => tasks.size,
    /** Aborts all tasks, and resolves when none runs. A task that is added later ends at once. */
    async stop(): Promise<void> {
      stopping.abort(new AppError("unavailable", "process is stopping"));
      await Promise.allSettled([...tasks.values()].map(({ result }) => result));
    },
  };
}
