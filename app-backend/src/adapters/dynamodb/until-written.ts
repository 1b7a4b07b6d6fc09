import { AppError } from "../../domain/app-error.ts";

const maxTries = 20;

/** What `untilWritten` tries again. */
export const again = Symbol("again");

/** Reads, decides and writes, again if another writer came between. Throws `unavailable` if that does not end. */
export async function untilWritten<Result>(attempt: () => Promise<Result | typeof again>): Promise<Result> {
  for (let tries = 0; tries < maxTries; tries += 1) {
    const result = await attempt();
    if (result !== again) return result;
  }
  throw new AppError("unavailable", "record is written by too many at once");
}
