import { AppError } from "../../domain/app-error.ts";
import type { Requester } from "../../domain/client.ts";

/** What one network may use of processing time beside others, and which share of the time it gets back. */
const budgetMs = 60_000;
const regainedShare = 0.2;

// Time that others waited counts against the network that kept them waiting: by more than it waited itself.
const weightOfUse = 4;

// Roughly the time per byte of working memory; it only has to be comparable with the time that a job has waited.
const bytesPerMs = 100_000;

export interface Job extends Requester {
  /** Peak memory of the work in bytes. */
  readonly cost: number;
}

interface Waiting extends Job {
  readonly arrivedAt: number;
  readonly start: () => Promise<void>;
  readonly reject: (reason: unknown) => void;
}

interface Options {
  /** The most that all running jobs may cost together. A job above that runs alone. */
  readonly maxCost: number;
  /** A job up to this cost may run beside a larger one. */
  readonly quickCost: number;
  /** Monotonic time in milliseconds. */
  readonly now?: () => number;
}

/**
 * Runs one job at a time, and one quick job beside it. The next is the one with the earliest sum of arrival, expected
 * time, and time that its network used lately: cheap before expensive, quiet networks before busy ones, and a job that
 * waits long enough before all that come later.
 */
export function fairQueue({ maxCost, quickCost, now = () => performance.now() }: Options) {
  const waiting = new Set<Waiting>();
  const running = new Map<Job, number>(); // when each was started
  const used = new Map<string, { ms: number; at: number }>();

  /** Returns the result of `work`. Throws `too_many_requests` for a network over its budget, or the reason of the job's signal. */
  function run<Result>(job: Job, work: () => Promise<Result>): Promise<Result> {
    return new Promise((resolve, reject) => {
      if (job.signal.aborted) return reject(job.signal.reason);
      const entry: Waiting = { ...job, arrivedAt: now(), start, reject };
      async function start(): Promise<void> {
        job.signal.removeEventListener("abort", leave);
        running.set(entry, now());
        await work().then(resolve, reject);
        const ms = now() - running.get(entry)!;
        running.delete(entry);
        used.set(job.network, { ms: kept(job.network) + ms, at: now() });
        for (const network of used.keys()) kept(network); // removes networks without recent use
        startNext();
      }
      function leave(): void {
        waiting.delete(entry);
        reject(job.signal.reason);
        startNext();
      }
      job.signal.addEventListener("abort", leave);
      waiting.add(entry);
      startNext();
    });
  }

  function startNext(): void {
    refuseOverBudget();
    for (const job of [...waiting].sort((one, other) => rank(one) - rank(other))) {
      if (fits(job)) {
        waiting.delete(job);
        void job.start();
        // A job that waits for memory waits for the quick ones that run, and no other overtakes it.
      } else if (!isLargeRunning()) return;
    }
  }

  /** The budget applies only while another network waits. */
  function refuseOverBudget(): void {
    const networks = new Set([...waiting, ...running.keys()].map(({ network }) => network));
    if (networks.size < 2) return;
    for (const job of waiting) {
      const over = usedBy(job.network) - budgetMs;
      if (over <= 0) continue;
      waiting.delete(job);
      const retryAfterMs = over / regainedShare;
      job.reject(
        new AppError("too_many_requests", "network used its budget of processing time", { retryAfterMs }),
      );
    }
  }

  function fits({ cost }: Job): boolean {
    if (running.size === 0) return true;
    if (running.size > 1 || (cost > quickCost && isLargeRunning())) return false;
    return cost + [...running.keys()].reduce((sum, job) => sum + job.cost, 0) <= maxCost;
  }

  function isLargeRunning(): boolean {
    return [...running.keys()].some(({ cost }) => cost > quickCost);
  }

  function rank({ arrivedAt, cost, network }: Waiting): number {
    return arrivedAt + cost / bytesPerMs + weightOfUse * usedBy(network);
  }

  function usedBy(network: string): number {
    const own = [...running].filter(([job]) => job.network === network);
    return own.reduce((sum, [, startedAt]) => sum + now() - startedAt, kept(network));
  }

  /** The decayed value of the time that a network used before. */
  function kept(network: string): number {
    const { ms, at } = used.get(network) ?? { ms: 0, at: 0 };
    const left = ms - (now() - at) * regainedShare;
    if (left > 0) return left;
    used.delete(network);
    return 0;
  }

  return { run, waiting: () => waiting.size, running: () => running.size };
}
