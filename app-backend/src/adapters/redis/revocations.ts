import { AppError } from "../../domain/app-error.ts";
import type { FillableRevocations } from "../../ports/revocations.ts";
import type { Redis } from "./client.ts";

const keyOf = (subject: string) => `revoked:${subject}`;
/** Holds the run of the server to which everything was added. */
const filledKey = "revocations:filled";

/** Long after the last access token of a session, whatever the clock of the server does. */
const lifeMs = 3_600_000;

const addLatest = `
local found = redis.call("GET", KEYS[1])
if found and tonumber(string.match(found, "^%d+")) >= tonumber(ARGV[1]) then return 0 end
redis.call("SET", KEYS[1], ARGV[1] .. " " .. ARGV[2], "PX", ARGV[3])
return 1`;

/**
 * Revocations in Redis, for an hour from when they are added. A server that was restarted has none, so it answers
 * `unavailable` until it is filled.
 */
export function redisRevocations(redis: Redis): FillableRevocations {
  return {
    async add(subject, signedInUpTo, until) {
      const [upToMs, untilMs] = [signedInUpTo, until].map((time) => String(time.getTime())) as [
        string,
        string,
      ];
      await redis.send(["EVAL", addLatest, "1", keyOf(subject), upToMs, untilMs, String(lifeMs)]);
    },

    async get(subject, at) {
      const run = await redis.currentRun();
      // The first changes nothing, but is refused as a write is: while no end of a session can be added, what is there counts for nothing.
      const [, found] = await redis.send(
        ["SETRANGE", filledKey, "0", ""],
        ["MGET", filledKey, keyOf(subject)],
      );
      const [filledRun, text] = found as [string | null, string | null];
      if (filledRun !== run) throw new AppError("unavailable", "Redis was restarted, and is not filled yet");
      if (text === null) return undefined;
      const [upToMs = 0, untilMs = 0] = text.split(" ").map(Number);
      return untilMs > at.getTime() ? new Date(upToMs) : undefined;
    },

    async state() {
      const run = await redis.currentRun();
      const [filledRun] = await redis.send(["GET", filledKey]);
      return { run, isFilled: filledRun === run };
    },

    async markFilled(run) {
      await redis.send(["SET", filledKey, run]);
    },
  };
}
