import { once } from "node:events";
import { createServer, type Server } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe } from "@jest/globals";
import { repository } from "./make.ts";

const minuteMs = 60_000;
/** Sockets without a file: the kernel frees them when their process ends, however it ends. */
const socket = (name: string) => `\0tintype-e2e-${name}:${repository}`;

/**
 * Groups tests that measure times: none of another file's tests that are grouped so run beside them. The files
 * themselves run side by side, because much of a deploy waits. Tests that come after wait for this group from the start of
 * its file if it is `isAwaited`.
 */
export function inTurn(tests: () => void, isAwaited = false): void {
  let announced: Server | undefined;
  if (isAwaited) {
    beforeAll(async () => void (announced = await taken("next")));
    afterAll(() => void announced?.close());
  }
  describe("in turn", () => {
    let turn: Server | undefined;
    beforeAll(async () => {
      turn = await free("turn");
      announced?.close();
    }, 40 * minuteMs);
    afterAll(() => void turn?.close());
    tests();
  });
}

/** Groups tests that wait until no tests of others measure times, and none are awaited that will. */
export function afterTurns(tests: () => void): void {
  describe("after the tests that measure", () => {
    beforeAll(async () => {
      for (const name of ["next", "turn"]) (await free(name)).close();
    }, 40 * minuteMs);
    tests();
  });
}

async function free(name: string): Promise<Server> {
  for (;;) {
    const server = await taken(name);
    if (server) return server;
    await sleep(500);
  }
}

/** Undefined while another process has it. */
async function taken(name: string): Promise<Server | undefined> {
  const server = createServer();
  const listening = once(server.listen(socket(name)), "listening");
  return listening.then(
    () => server,
    (fault: NodeJS.ErrnoException) => {
      if (fault.code === "EADDRINUSE") return undefined;
      throw fault;
    },
  );
}
