import { expect, test } from "@jest/globals";
import { AppError } from "../../src/domain/app-error.ts";
import { singleFlight } from "../../src/usecases/single-flight.ts";

const gone = new AppError("unavailable", "client is gone");

function deferred() {
  let resolve!: (value: string) => void;
  let reject!: (reason: unknown) => void;
  const promise = new Promise<string>((...ends) => ([resolve, reject] = ends));
  return { promise, resolve, reject };
}

/** Work that ends when the test says so, or when it is told to stop. */
function controlled() {
  const { promise, resolve, reject } = deferred();
  const begun: AbortSignal[] = [];
  function work(signal: AbortSignal): Promise<string> {
    begun.push(signal);
    signal.addEventListener("abort", () => reject(signal.reason));
    return promise;
  }
  return { work, begun, resolve };
}

test("USE-01 work on one thing goes on while one request waits for it, and the one that left is answered at once", async () => {
  const { run, underWay } = singleFlight<string>();
  const [first, second] = [new AbortController(), new AbortController()];
  const { work, begun, resolve } = controlled();
  const left = run("account", "image", first.signal, work);
  const kept = run("account", "image", second.signal, work);
  first.abort(gone);
  await expect(left).rejects.toBe(gone);
  expect([begun.length, begun[0]?.aborted, underWay()]).toEqual([1, false, 1]);
  resolve("published");
  expect(await kept).toBe("published");
  expect(underWay()).toBe(0);
});

test("USE-04 work that no request waits for any more is told to stop, and its key is free", async () => {
  const { run, underWay } = singleFlight<string>();
  const clients = [new AbortController(), new AbortController()];
  const { work, begun } = controlled();
  const results = clients.map(({ signal }) => run("account", "image", signal, work));
  for (const client of clients) client.abort(gone);
  for (const result of await Promise.allSettled(results)) expect(result).toMatchObject({ reason: gone });
  expect([begun.length, begun[0]?.aborted, underWay()]).toEqual([1, true, 0]);
});

test("USE-04 what was too late to stop is reported as what it became", async () => {
  const { run } = singleFlight<string>();
  const client = new AbortController();
  const { promise, resolve } = deferred();
  const result = run("account", "image", client.signal, () => promise);
  client.abort(gone);
  resolve("published");
  expect(await result).toBe("published");
});

test("USE-04 a request that comes while abandoned work stops has the work begun again", async () => {
  const { run } = singleFlight<string>();
  const client = new AbortController();
  const { promise, reject } = deferred();
  const abandoned = run("account", "image", client.signal, () => promise);
  client.abort(gone);
  const late = run("account", "image", new AbortController().signal, async () => "published");
  reject(gone);
  await expect(abandoned).rejects.toBe(gone);
  expect(await late).toBe("published");
});

test("an account has 6 pieces of work under way, another account has its own", async () => {
  const { run } = singleFlight<string>();
  const { signal } = new AbortController();
  const { work } = controlled();
  for (let index = 0; index < 6; index += 1) void run("account", `image ${index}`, signal, work);
  await expect(run("account", "image 6", signal, work)).rejects.toMatchObject({ code: "too_many_requests" });
  expect(await run("another", "image 7", signal, async () => "published")).toBe("published");
});
