import { AppError } from "../domain/app-error.ts";

/** How many pieces of work one account may have under way, so that it leaves room for others. */
const atOnce = 6;
const retryAfterMs = 5_000;

type Work<Result> = (signal: AbortSignal) => Promise<Result>;

interface Flight<Result> {
  readonly accountId: string;
  readonly result: Promise<Result>;
  /** Aborted when the last request that waits for the result is. */
  readonly abandoned: AbortController;
  waiting: number;
}

/** Long work that is done once for each thing, for all requests that ask for it at the same time. */
export function singleFlight<Result>() {
  const underWay = new Map<string, Flight<Result>>();

  /**
   * The result of the work on the thing of that id, begun now or before. The work's signal is aborted when every
   * request that waits for it is. Throws `too_many_requests`, or the reason of `signal`.
   */
  async function run(
    accountId: string,
    id: string,
    signal: AbortSignal,
    work: Work<Result>,
  ): Promise<Result> {
    for (;;) {
      signal.throwIfAborted();
      const flight = underWay.get(id) ?? begin(accountId, id, work);
      if (!flight.abandoned.signal.aborted) return wait(flight, signal);
      await flight.result.catch(() => undefined); // it stops: its result would be another's hang-up
    }
  }

  function begin(accountId: string, id: string, work: Work<Result>): Flight<Result> {
    const own = [...underWay.values()].filter((flight) => flight.accountId === accountId);
    if (own.length >= atOnce)
      throw new AppError("too_many_requests", "too much of the account is under way", { retryAfterMs });
    const abandoned = new AbortController();
    const result = work(abandoned.signal).finally(() => underWay.delete(id));
    const flight = { accountId, result, abandoned, waiting: 0 };
    underWay.set(id, flight);
    return flight;
  }

  /** The last request waits until the work has stopped: it may have been too late to stop it. */
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

  return { run, underWay: () => underWay.size };
}
