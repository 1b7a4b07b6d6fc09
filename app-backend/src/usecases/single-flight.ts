import { AppError } from "../domain/app-error.ts";

/** The most tasks of one account that may run at a time, so that others are served too. */
const atOnce = 6;
const retryAfterMs = 5_000;

type Work<Result> = (signal: AbortSignal) => Promise<Result>;

interface Flight<Result> {
  readonly accountId: string;
  readonly result: Promise<Result>;
  /** Aborted when the last request that waits for the result is aborted. */
  readonly abandoned: AbortController;
  waiting: number;
}

/** Long work that runs once per key, and whose result all concurrent requests for that key share. */
export function singleFlight<Result>() {
  const flights = new Map<string, Flight<Result>>();

  /**
   * The result of the work for that id, started now or already running. The work's signal is aborted when all requests
   * that wait for it are. Throws `too_many_requests`, or the reason of `signal`.
   */
  async function run(
    accountId: string,
    id: string,
    signal: AbortSignal,
    work: Work<Result>,
  ): Promise<Result> {
    for (;;) {
      signal.throwIfAborted();
      const flight = flights.get(id) ?? begin(accountId, id, work);
      if (!flight.abandoned.signal.aborted) return wait(flight, signal);
      await flight.result.catch(() => undefined); // it is stopping: its result would be the abort of another request
    }
  }

  function begin(accountId: string, id: string, work: Work<Result>): Flight<Result> {
    const own = [...flights.values()].filter((flight) => flight.accountId === accountId);
    if (own.length >= atOnce)
      throw new AppError("too_many_requests", "too many tasks of the account are in progress", {
        retryAfterMs,
      });
    const abandoned = new AbortController();
    const result = work(abandoned.signal).finally(() => flights.delete(id));
    const flight = { accountId, result, abandoned, waiting: 0 };
    flights.set(id, flight);
    return flight;
  }

  /** The last request waits until the work has stopped: it may have completed before the abort. */
  async function wait(flight: Flight<Result>, signal: AbortSignal): Promise<Result> {
    flight.waiting += 1;
    return new Promise((resolve, reject) => {
      const leave = () => {
        flight.waiting -= 1;
        if (flight.waiting === 0) flight.abandoned.abort(signal.reason);
        else reject(signal.reason);
      };
      signal.addEventListener("abort", leave);
      flight.result.then(resolve, reject).finally(() => signal.removeEventListener("abort", leave));
    });
  }

  return { run, inProgress: () => flights.size };
}
