import { once } from "node:events";
import { createServer, type Server } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe } from "@jest/globals";
import { repository } from "./make.ts";

const minuteMs = 60_000;
/** A socket without a file: the kernel frees it when its process ends, however it ends. */
const path = `\0tintype-e2e:${repository}`;

/**
 * Groups tests that measure times: none of another file's tests that are grouped so run beside them. The files
 * themselves run side by side, because much of a deploy waits.
 */
export function inTurn(tests: () => void): void {
  describe("in turn", () => {
    let turn: Server | undefined;
    beforeAll(async () => {
      while (turn === undefined) turn = (await taken()) ?? (await sleep(500, undefined));
    }, 40 * minuteMs);
    afterAll(() => void turn?.close());
    tests();
  });
}

/** Undefined while another process has the turn. */
async function taken(): Promise<Server | undefined> {
  const server = createServer();
  const listening = once(server.listen(path), "listening");
  return listening.then(
    () => server,
    (fault: NodeJS.ErrnoException) => {
      if (fault.code === "EADDRINUSE") return undefined;
      throw fault;
    },
  );
}
