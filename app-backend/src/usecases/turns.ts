import { AppError } from "../domain/app-error.ts";

/** How many pieces of work one account may have under way, so that it leaves room for others. */
const atOnce = 6;
const retryAfterMs = 5_000;

interface Turn<Result> {
  readonly accountId: string;
  readonly result: Promise<Result>;
}

/** Work that is long and is done once for each thing, however often it is asked for meanwhile. */
export function turns<Result>() {
  const underWay = new Map<string, Turn<Result>>();

  /** The result of the work on the thing of that id, begun now or before. Throws `too_many_requests`. */
  async function take(accountId: string, id: string, work: () => Promise<Result>): Promise<Result> {
    const known = underWay.get(id);
    if (known) return known.result;
    const own = [...underWay.values()].filter((turn) => turn.accountId === accountId);
    if (own.length >= atOnce)
      throw new AppError("too_many_requests", "too much of the account is under way", { retryAfterMs });
    const result = work().finally(() => underWay.delete(id));
    underWay.set(id, { accountId, result });
    return result;
  }

  return { take };
}
