import { once } from "node:events";
import { createServer, type Server } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe } from "@jest/globals";
import { repository } from "./make.ts";

const minuteMs = 60_000;
/** Sockets without a file: the kernel frees them when their process ends, however it ends. */
const socket = (name: string) => `\0tintype-e2e-${name}:${repository}`;

interface Place {
  /** Whether groups that are `last` wait for this one, from the start of its file. @default - false */
  readonly next?: boolean;
  /** Whether a group that is `next` goes first. @default - false */
  readonly last?: boolean;
}

/**
 * Groups tests that measure times: none of another file's tests that are grouped so run beside them. The files
 * themselves run side by side, because much of a deploy waits.
 */
export function inTurn(tests: () => void, { next = false, last = false }: Place = {}): void {
  let announced: Server | undefined;
  if (next) {
    beforeAll(async () => void (announced = await taken("next")));
    afterAll(() => void announced?.close());
  }
  describe("in turn", () => {
    let turn: Server | undefined;
    beforeAll(async () => {
      if (last) (await free("next")).close();
      turn = await free("turn");
      announced?.close();
    }, 40 * minuteMs);
    afterAll(() => void turn?.close());
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
