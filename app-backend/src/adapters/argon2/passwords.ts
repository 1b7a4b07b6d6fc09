import { randomUUID } from "node:crypto";
import { availableParallelism } from "node:os";
import { hash, verify } from "@node-rs/argon2";
import pLimit from "p-limit";
import { AppError } from "../../domain/app-error.ts";
import type { Passwords } from "../../ports/passwords.ts";

// OWASP Password Storage Cheat Sheet: argon2id (this library's default), 19 MiB, 2 passes, 1 lane.
const parameters = { memoryCost: 19456, timeCost: 2, parallelism: 1 };

// More at once would not be faster, and each takes 19 MiB; a longer queue would mean seconds of waiting.
const mostWaiting = 100;

/** `waiting` is the number of queued hashes; beyond `maxWaiting` they are refused as `unavailable`. */
export function argon2Passwords(maxWaiting = mostWaiting): Passwords & { waiting(): number } {
  const decoy = hash(randomUUID(), parameters);
  const queue = pLimit(availableParallelism());

  function inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    if (queue.pendingCount >= maxWaiting) throw new AppError("unavailable", "too many passwords wait");
    return queue(work);
  }

  return {
    waiting: () => queue.pendingCount,

    // Bytes, not a string: a NUL in a password counts like any other character.
    hash: async (password) => inTurn(() => hash(Buffer.from(password), parameters)),

    async matches(stored, password) {
      const same = await inTurn(async () => verify(stored ?? (await decoy), Buffer.from(password)));
      return stored !== undefined && same;
    },
  };
}
