import { afterEach, expect, test } from "@jest/globals";
import { arnOf, functionOf, startRunner } from "./harness.ts";

type Runner = Awaited<ReturnType<typeof startRunner>>;
let runner: Runner;
afterEach(() => runner.stop());

const slow = `
let busy = 0; const seen = [];
export async function handler({ id, ms = 300 }) {
  busy += 1; const overlaps = busy > 1;
  await new Promise((resolve) => setTimeout(resolve, ms));
  busy -= 1; seen.push(id);
  return { id, overlaps, pid: process.pid };
}`;

const invoke = (name: string, event: object) => runner.invoke(arnOf(name), JSON.stringify(event));

test("as many run as are reserved, each function for itself; the others are throttled at once", async () => {
  runner = await startRunner([
    functionOf("a", slow, { reservedConcurrency: 2 }),
    functionOf("b", slow, { reservedConcurrency: 3 }),
    functionOf("off", slow, { reservedConcurrency: 0 }),
  ]);
  const results = await Promise.all(
    ["a", "b"].flatMap((name) =>
      Array.from({ length: 6 }, async (_, id) => [name, await invoke(name, { id, ms: 600 })] as const),
    ),
  );
  const ran = (name: string) => results.filter(([of, { kind }]) => of === name && kind === "ran").length;
  expect([ran("a"), ran("b")]).toEqual([2, 3]);
  expect(results.filter(([, { kind }]) => kind === "throttled")).toHaveLength(7);
  expect(await invoke("off", {})).toEqual({ kind: "throttled" });
  expect((await invoke("a", { ms: 0 })).kind).toBe("ran");
});

test("SLS-43 the account's concurrency counts all functions together", async () => {
  runner = await startRunner([functionOf("a", slow), functionOf("b", slow)], { accountConcurrency: 3 });
  const kinds = await Promise.all(
    [1, 2, 3, 4].map(async (id) => (await invoke(id % 2 ? "a" : "b", { id })).kind),
  );
  expect(kinds.filter((kind) => kind === "ran")).toHaveLength(3);
});

test("50 at once: each environment has one event at a time, no answer is another's, none is lost", async () => {
  runner = await startRunner([functionOf("a", slow, { reservedConcurrency: 5 })]);
  const answers: { id: number; overlaps: boolean; pid: number }[] = [];
  async function untilItRan(id: number): Promise<void> {
    const result = await invoke("a", { id, ms: 5 });
    if (result.kind === "throttled")
      return (void (await new Promise((resolve) => setTimeout(resolve, 20))), untilItRan(id));
    if (result.kind !== "ran" || result.failed) throw new Error(JSON.stringify(result));
    answers.push({ ...JSON.parse(result.payload), asked: id });
  }
  await Promise.all(Array.from({ length: 50 }, (_, id) => untilItRan(id)));
  expect(answers).toHaveLength(50);
  expect(answers.every((answer) => !answer.overlaps && answer.id === (answer as any).asked)).toBe(true);
  expect(new Set(answers.map(({ pid }) => pid)).size).toBeLessThanOrEqual(5);
  expect(runner.stats().coldStarts).toBeLessThanOrEqual(5);
});

test("SLS-38 timeouts and errors in between reach no other's answer", async () => {
  const source = `
export async function handler({ id, way }) {
  if (way === 1) throw new Error("of " + id);
  if (way === 2) await new Promise(() => setTimeout(() => {}, 60_000));
  if (way === 3) process.exit(1);
  return id;
}`;
  runner = await startRunner([functionOf("mixed", source, { timeoutMs: 500, reservedConcurrency: 3 })]);
  for (let id = 0; id < 30; id += 1) {
    const way = id % 10 === 9 ? 2 : id % 10 === 6 ? 3 : id % 3 === 1 ? 1 : 0;
    const result = await invoke("mixed", { id, way });
    const { payload, failed } = result as { payload: string; failed: boolean };
    expect(failed).toBe(way !== 0);
    if (way === 0) expect(JSON.parse(payload)).toBe(id);
    if (way === 1) expect(JSON.parse(payload).errorMessage).toBe(`of ${id}`);
  }
});

test("50 at once start two environments at a time; those who wait take the first that is free", async () => {
  runner = await startRunner([functionOf("a", slow)]);
  const results = await Promise.all(Array.from({ length: 50 }, (_, id) => invoke("a", { id, ms: 2 })));
  expect(results.filter((result) => result.kind !== "ran" || result.failed)).toEqual([]);
  expect(runner.stats().coldStarts).toBeLessThan(25); // on a busy machine; without the limit 50
});

test("an environment that cannot start fails one invocation; the others go on to try", async () => {
  const fails = `throw new Error("no");`;
  runner = await startRunner([functionOf("a", fails)]);
  const results = await Promise.all([1, 2, 3, 4, 5].map(() => invoke("a", {})));
  expect(results.map((result) => result.kind === "ran" && result.failed)).toEqual([
    true,
    true,
    true,
    true,
    true,
  ]);
});
