import { AppError } from "../domain/app-error.ts";
import { limits as rules } from "../domain/limit.ts";
import type { Limits } from "../ports/limits.ts";

interface Dependencies {
  readonly limits: Pick<Limits, "consume" | "clear">;
  readonly now: () => Date;
}

/** Takes a place for the completion of an image or of media; returns what frees it. Throws `too_many_requests`. */
export type TakeCompletionSlot = (accountId: string, id: string) => Promise<() => Promise<void>>;

/** The page sends three files at a time. All accounts share ten environments. */
const slotsOfAccount = 4;
const retryAfterMs = 5_000;

/**
 * Slots for processes that serve one request each and share the store of limits: one completion of an upload at a time,
 * and a few of an account. A slot that was not freed is free once a request cannot run any longer.
 */
export function completionSlots({ limits, now }: Dependencies): TakeCompletionSlot {
  const rule = rules.completion;
  const take = async (subject: string) => (await limits.consume(rule, subject, now())) === 0;
  const free = (subject: string) => limits.clear(rule, subject).catch(() => undefined);
  const refusal = (what: string) => new AppError("too_many_requests", what, { retryAfterMs });

  async function takeOneOf(accountId: string): Promise<string | undefined> {
    for (let slot = 0; slot < slotsOfAccount; slot += 1) {
      const subject = `${accountId} ${slot}`;
      if (await take(subject)) return subject;
    }
    return undefined;
  }

  return async (accountId, id) => {
    if (!(await take(id))) throw refusal("the upload is being completed");
    const slot = await takeOneOf(accountId).catch(async (error: unknown) => {
      await free(id);
      throw error;
    });
    if (slot === undefined) {
      await free(id);
      throw refusal("too many uploads of the account are being completed");
    }
    return async () => void (await Promise.all([free(id), free(slot)]));
  };
}
