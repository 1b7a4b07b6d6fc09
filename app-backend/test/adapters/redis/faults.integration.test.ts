import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { openRedis, type Redis, type RedisConfig } from "../../../src/adapters/redis/client.ts";
import { redisRevocations } from "../../../src/adapters/redis/revocations.ts";
import { after } from "../../../src/domain/time.ts";
import type { FillableRevocations } from "../../../src/ports/revocations.ts";
import { eventually } from "../../eventually.ts";
import { startOwnRedis } from "../../redis.ts";
import { startScriptedRedis } from "../../scripted-redis.ts";
import { timeOf, within } from "../../within.ts";

const at = new Date("2026-06-01T00:00:00.000Z");
const until = after(at, 3_600_000);
const unavailable = { code: "unavailable" };

let faults: string[];
let redis: Redis;
let revocations: FillableRevocations;

function open(config: RedisConfig): void {
  faults = [];
  redis = openRedis(config, { onFault: (error) => faults.push(String(error)) });
  revocations = redisRevocations(redis);
}

const isOpen = () =>
  revocations.get("no one", at).then(
    () => true,
    () => false,
  );

/** On a busy machine a connection may be lost by the way: what works at all works within 5 seconds. */
async function soon<Result>(work: () => Promise<Result>): Promise<Result> {
  let result: Result;
  await eventually(async () => {
    try {
      result = await work();
      return true;
    } catch {
      return false;
    }
  }, 5_000);
  return result!;
}

const revoke = (subject: string, upTo = at) => soon(() => revocations.add(subject, upTo, until));
const found = (subject: string) => soon(() => revocations.get(subject, at));
const command = (...words: string[]) => soon(() => redis.send(words));

/** Waits for the connection, and states that nothing is missing. */
const fill = () => soon(async () => revocations.markFilled((await revocations.state()).run));

/** Refused for what is missing, and not because there is no connection. */
async function expectUnfilled(): Promise<void> {
  expect((await soon(() => revocations.state())).isFilled).toBe(false);
  await expect(revocations.get("subject", at)).rejects.toMatchObject(unavailable);
}

/** Both calls are refused as `unavailable`. */
async function refused(): Promise<void> {
  const calls = [revocations.get("subject", at), revocations.add("subject", at, until)];
  for (const outcome of await Promise.allSettled(calls))
    expect(outcome).toMatchObject({ status: "rejected", reason: unavailable });
}

/** While a fault lasts, each call is refused within a second. */
const expectUnavailable = () => within(1_000, () => timeOf(refused));

describe("a server of its own", () => {
  let server: Awaited<ReturnType<typeof startOwnRedis>>;
  beforeAll(async () => {
    server = await startOwnRedis();
  });
  afterAll(() => server.kill());
  beforeEach(async () => {
    open(server.config);
    await fill();
  });
  afterEach(() => redis.close());

  test("SVC-04 while it is paused the answer is unavailable within a second, and 5 seconds later all is well", async () => {
    await revoke("subject");
    await within(1_000, async () => {
      server.pause();
      try {
        const firstMs = await timeOf(refused);
        await sleep(1_500); // long enough for the connection to be given up
        return Math.max(firstMs, await timeOf(refused));
      } finally {
        server.resume();
        expect(await found("subject")).toEqual(at);
      }
    });
    expect(faults.length).toBeGreaterThan(0);
  });

  test("SVC-06 one that was restarted empty refuses each check until it is filled again", async () => {
    await revoke("subject");
    await server.kill();
    await expectUnavailable();
    await server.start();
    await expectUnfilled();
    await revoke("subject");
    await expectUnfilled();
    await fill();
    expect(await found("subject")).toEqual(at);
  });

  test("SVC-06 a mark of another run, or none after FLUSHALL, counts for nothing", async () => {
    await soon(() => revocations.markFilled("another run"));
    await expectUnfilled();
    await fill();
    await command("FLUSHALL");
    await expectUnfilled();
  });

  test.each([
    ["OOM, when its memory is full", "CONFIG SET maxmemory 1", "CONFIG SET maxmemory 0"],
    ["READONLY, when it became a replica", "REPLICAOF 127.0.0.1 1", "REPLICAOF NO ONE"],
    [
      "NOREPLICAS, when it has too few",
      "CONFIG SET min-replicas-to-write 1",
      "CONFIG SET min-replicas-to-write 0",
    ],
  ])("SVC-04 %s: no check is answered while no end of a session can be added", async (_fault, begin, end) => {
    await command(...begin.split(" "));
    try {
      await expectUnavailable();
      expect(await command("PING")).toEqual(["PONG"]); // the connection is not what is missing
    } finally {
      await command(...end.split(" "));
    }
    await eventually(isOpen, 5_000);
  });

  test("SVC-04 a wrong password is an outage, whose report does not have it", async () => {
    redis.close();
    open({ ...server.config, password: "a wrong one" });
    await eventually(() => faults.some((fault) => fault.includes("WRONGPASS")), 5_000);
    await expectUnavailable();
    expect(faults.join()).not.toContain("a wrong one");
  });

  test("SVC-04 a server with too many clients is an outage, and heals by itself", async () => {
    await command("CONFIG", "SET", "maxclients", "1");
    const reasons: string[] = [];
    const second = openRedis(server.config, { onFault: (error) => reasons.push(String(error)) });
    try {
      await eventually(() => reasons.length > 0, 5_000);
      await expect(second.send(["PING"])).rejects.toMatchObject(unavailable);
      await command("CONFIG", "SET", "maxclients", "100");
      expect(await soon(() => second.send(["PING"]))).toEqual(["PONG"]);
    } finally {
      second.close();
    }
  });

  test("a faulty command is no outage", async () => {
    await command("PING");
    await expect(redis.send(["NONSENSE"])).rejects.toThrow(/unknown command/);
  });

  test("SVC-04 over 20 pauses with 500 checks in each, every verdict is that of its subject, and memory stays flat", async () => {
    const subjects = Array.from({ length: 500 }, () => randomUUID());
    const expected = subjects.map((_, index) => (index % 2 === 0 ? after(at, index) : undefined));
    for (const [index, upTo] of expected.entries()) if (upTo) await revoke(subjects[index]!, upTo);
    const usedBytes: number[] = [];
    let refused = 0;
    for (let pause = 0; pause < 20; pause += 1) {
      server.pause();
      const checks = subjects.map((subject) => revocations.get(subject, at));
      const outcomes = Promise.allSettled(checks);
      await sleep(500);
      server.resume();
      await eventually(isOpen, 5_000);
      for (const [index, outcome] of (await outcomes).entries())
        if (outcome.status === "rejected") {
          expect(outcome.reason).toMatchObject(unavailable);
          refused += 1;
        } else expect(outcome.value).toEqual(expected[index]);
      for (const [index, subject] of subjects.entries())
        if (index % 25 === pause) expect(await found(subject)).toEqual(expected[index]);
      usedBytes.push(usedHeap());
    }
    expect(refused).toBeGreaterThan(5_000);
    expect(usedBytes[19]! - usedBytes[4]!).toBeLessThan(3_000_000);
  }, 120_000);
});

/** What is alive: after everything else was collected. */
function usedHeap(): number {
  setFlagsFromString("--expose-gc");
  (runInNewContext("gc") as () => void)();
  return process.memoryUsage().heapUsed;
}

describe("a scripted server", () => {
  const run = "f".repeat(40);
  const info = `run_id:${run}\r\n`;
  const bulk = (text: string) => `$${text.length}\r\n${text}\r\n`;
  let server: Awaited<ReturnType<typeof startScriptedRedis>>;
  beforeAll(async () => {
    server = await startScriptedRedis();
  });
  afterAll(() => server.close());
  afterEach(() => redis.close());

  /** Answers the connection's own commands, and `rest` all others. */
  function play(rest: string | { cut: string }): void {
    server.setScript(([name]) => {
      if (name === "AUTH") return "+OK\r\n";
      if (name === "PING") return "+PONG\r\n";
      return name === "INFO" && rest !== loading ? bulk(info) : rest;
    });
  }
  const loading = "-LOADING Redis is loading the dataset in memory\r\n";

  test.each([
    ["LOADING", loading],
    ["MISCONF", "-MISCONF Errors writing to the RDB\r\n"],
    ["BUSY", "-BUSY Redis is busy running a script\r\n"],
    ["NOAUTH", "-NOAUTH Authentication required.\r\n"],
    [
      "READONLY inside of a script",
      "-ERR Error running script: @user_script:1: -READONLY You can't write\r\n",
    ],
    ["a cut in the middle of an answer", { cut: "*2\r\n$40\r\nfff" }],
  ])("SVC-04 %s is an outage, and heals by itself", async (_fault, reply) => {
    play(reply);
    open(server.config);
    await command("PING");
    await expectUnavailable();
    server.setScript(([name]) => {
      if (name === "INFO") return bulk(info);
      if (name === "MGET") return `*2\r\n${bulk(run)}$-1\r\n`;
      return name === "PING" ? "+PONG\r\n" : "+OK\r\n";
    });
    await eventually(isOpen, 5_000);
  });
});
