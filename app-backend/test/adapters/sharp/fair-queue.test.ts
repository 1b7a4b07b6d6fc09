import { expect, test } from "@jest/globals";
import { fairQueue } from "../../../src/adapters/sharp/fair-queue.ts";

const quick = 1e6;
const large = 50e6;

/** A queue with the test's clock, whose jobs run until they are ended by name. */
function queueOf() {
  let time = 0;
  const queue = fairQueue({ maxCost: 60e6, quickCost: 10e6, now: () => time });
  const started: string[] = [];
  const ends = new Map<string, (outcome?: unknown) => void>();

  function add(name: string, network: string, cost = large, { signal } = new AbortController()) {
    const job = { network, cost, signal };
    const result = queue.run(job, async () => {
      started.push(name);
      const failure = await new Promise((resolve) => ends.set(name, resolve));
      if (failure !== undefined) throw failure;
      return name;
    });
    result.catch(() => undefined);
    return result;
  }
  async function end(name: string, failure?: unknown): Promise<void> {
    ends.get(name)!(failure);
    for (let tick = 0; tick < 10; tick += 1) await Promise.resolve();
  }
  return { queue, started, add, end, pass: (ms: number) => (time += ms) };
}

test("USE-03 a small picture runs beside an expensive one, and no second expensive one does", () => {
  const { started, add } = queueOf();
  add("expensive", "attacker");
  add("another expensive", "attacker");
  add("small", "person", quick);
  add("another small", "person", quick);
  expect(started).toEqual(["expensive", "small"]);
});

test("USE-03 running jobs cost at most the available memory, but a larger picture runs alone", async () => {
  const { started, add, end } = queueOf();
  add("almost all", "one", 55e6);
  add("quick, but too much beside it", "another", 9e6);
  expect(started).toEqual(["almost all"]);
  await end("almost all");
  add("more than all", "one", 70e6);
  expect(started).toEqual(["almost all", "quick, but too much beside it"]);
  await end("quick, but too much beside it");
  expect(started.at(-1)).toBe("more than all");
});

test("USE-03 of waiting jobs the cheap ones come first", async () => {
  const { started, add, end } = queueOf();
  add("running", "one");
  add("large", "another", 40e6);
  add("smaller", "a third", 20e6);
  await end("running");
  expect(started).toEqual(["running", "smaller"]);
});

test("USE-03 five expensive pictures of one network wait behind one of another that comes later", async () => {
  const { started, add, end, pass } = queueOf();
  for (const name of ["1", "2", "3", "4", "5"]) add(name, "attacker", 20e6);
  pass(5_000);
  add("person", "person");
  await end("1");
  expect(started).toEqual(["1", "person"]);
});

test("USE-03 a large picture is processed in the end, though small ones of other networks never stop coming", async () => {
  const { started, add, end, pass } = queueOf();
  add("quick 0", "network 0", quick);
  add("large", "photographer", 60e6);
  let rounds = 0;
  for (; !started.includes("large") && rounds < 100; rounds += 1) {
    add(`quick ${rounds + 1}`, `network ${rounds + 1}`, quick);
    pass(100);
    await end(`quick ${rounds}`);
  }
  expect(rounds).toBeLessThan(10);
});

test("USE-03 a large picture waits for a quick one that runs beside another large one, and for no further ones", async () => {
  const { started, add, end, pass } = queueOf();
  add("large", "one", 50e6);
  add("large too", "another", 58e6);
  add("quick", "a third", 8e6);
  pass(3_000);
  await end("large");
  add("another quick", "a fourth", 8e6);
  expect(started).toEqual(["large", "quick"]);
  await end("quick");
  expect(started[2]).toBe("large too");
});

test("USE-03 a network that used its budget gets Retry-After, as soon as another network waits", async () => {
  const { queue, started, add, end, pass } = queueOf();
  add("long", "busy");
  const waiting = add("waiting", "busy");
  pass(70_000);
  const alone = add("alone", "busy");
  expect(queue.waiting()).toBe(2);
  const other = add("other", "quiet");
  for (const refused of [waiting, alone])
    await expect(refused).rejects.toMatchObject({ code: "too_many_requests", retryAfterMs: 50_000 });
  await end("long");
  await expect(add("again", "busy")).rejects.toMatchObject({ code: "too_many_requests" });
  pass(50_001);
  add("later", "busy");
  await end("other");
  expect(await other).toBe("other");
  expect(started).toEqual(["long", "other", "later"]);
});

test("USE-03 a network that used its budget goes on while no other waits", async () => {
  const { started, add, end, pass } = queueOf();
  add("long", "busy");
  add("next", "busy");
  pass(1_000_000);
  await end("long");
  expect(started).toEqual(["long", "next"]);
});

test("USE-04 a job whose client is gone leaves the queue at once, and is never started", async () => {
  const { queue, started, add, end } = queueOf();
  const client = new AbortController();
  add("running", "one");
  const abandoned = add("abandoned", "one", large, client);
  const last = add("last", "one");
  client.abort(new Error("client is gone"));
  await expect(abandoned).rejects.toThrow("client is gone");
  await expect(add("late", "one", large, client)).rejects.toThrow("client is gone");
  expect([queue.waiting(), queue.running()]).toEqual([1, 1]);
  await end("running");
  await end("last");
  expect(await last).toBe("last");
  expect(started).toEqual(["running", "last"]);
  expect([queue.waiting(), queue.running()]).toEqual([0, 0]);
});

test("USE-01 after a job fails the next one runs", async () => {
  const { started, add, end } = queueOf();
  const failed = add("failing", "one");
  add("next", "one");
  await end("failing", new Error("damaged"));
  await expect(failed).rejects.toThrow("damaged");
  expect(started).toEqual(["failing", "next"]);
});
