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

/** Work that ends when the test ends it, or when it is aborted. */
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

test("USE-01 work goes on while one request waits for it, and an aborted request is answered at once", async () => {
  const { run, inProgress } = singleFlight<string>();
  const [first, second] = [new AbortController(), new AbortController()];
  const { work, begun, resolve } = controlled();
  const left = run("account", "image", first.signal, work);
  const kept = run("account", "image", second.signal, work);
  first.abort(gone);
  await expect(left).rejects.toBe(gone);
  expect([begun.length, begun[0]?.aborted, inProgress()]).toEqual([1, false, 1]);
  resolve("published");
  expect(await kept).toBe("published");
  expect(inProgress()).toBe(0);
});

test("USE-04 work that no request waits for is aborted, and its key is free", async () => {
  const { run, inProgress } = singleFlight<string>();
  const clients = [new AbortController(), new AbortController()];
  const { work, begun } = controlled();
  const results = clients.map(({ signal }) => run("account", "image", signal, work));
  for (const client of clients) client.abort(gone);
  for (const result of await Promise.allSettled(results)) expect(result).toMatchObject({ reason: gone });
  expect([begun.length, begun[0]?.aborted, inProgress()]).toEqual([1, true, 0]);
});

test("USE-04 work that completes before it can stop is reported with its result", async () => {
  const { run } = singleFlight<string>();
  const client = new AbortController();
  const { promise, resolve } = deferred();
  const result = run("account", "image", client.signal, () => promise);
  client.abort(gone);
  resolve("published");
  expect(await result).toBe("published");
});

test("USE-04 a request that comes while abandoned work stops starts the work again", async () => {
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

test("an account has at most 6 tasks in progress, another account has its own", async () => {
  const { run } = singleFlight<string>();
  const { signal } = new AbortController();
  const { work } = controlled();
  for (let index = 0; index < 6; index += 1) void run("account", `image ${index}`, signal, work);
  await expect(run("account", "image 6", signal, work)).rejects.toMatchObject({ code: "too_many_requests" });
  expect(await run("another", "image 7", signal, async () => "published")).toBe("published");
});
