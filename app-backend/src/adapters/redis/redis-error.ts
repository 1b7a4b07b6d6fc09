import { ErrorReply } from "@redis/client";

/**
 * How a reply that refuses a command now begins; inside of a script's error it follows a hyphen. Anything else is a faulty
 * command. valkey.io/topics/errors has no list: these are the server's own, in server.c of 7.2.
 */
const notNow =
  /(^|-)(LOADING|BUSY|BUSYKEY|READONLY|OOM|MISCONF|MASTERDOWN|NOREPLICAS|NOAUTH|WRONGPASS|NOPERM|CLUSTERDOWN|TRYAGAIN|UNBLOCKED|ERR max number of clients)\b/;

/** The server took longer than we wait. */
export class RedisTimeout extends Error {
  override readonly name = "RedisTimeout";
}

/** Whether the server is unreachable, or refuses what it does at other times, as opposed to a faulty command. */
export function isAway(error: unknown): boolean {
  // Each error that is no reply is about the connection.
  return error instanceof ErrorReply ? notNow.test(error.message) : true;
}
