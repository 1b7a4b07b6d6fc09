import { describe, expect, test } from "@jest/globals";
import { mediaQueue, mediaQueueSize } from "../../src/usecases/media-queue.ts";

/** Work that ends when it is released. */
function works() {
  const running = new Map<string, () => void>();
  let most = 0;
  return {
    running: () => [...running.keys()],
    most: () => most,
    work: (name: string) => () =>
      new Promise<string>((resolve) => {
        running.set(name, () => {
          running.delete(name);
          resolve(name);
        });
        most = Math.max(most, running.size);
      }),
    async release(name: string) {
      running.get(name)!();
      await new Promise(setImmediate);
    },
  };
}

const settled = () => new Promise(setImmediate);

describe("the queue of media", () => {
  test("PRJ-39 runs one of an account and four of all at a time, the others in the order in which they came", async () => {
    const queue = mediaQueue<string>(60_000);
    const { work, running, release, most } = works();
    const names = ["a1", "a2", "b1", "c1", "d1", "e1", "b2"];
    const all = names.map((name) => queue.run(name[0]!, name, work(name)));
    await settled();
    expect(running()).toEqual(["a1", "b1", "c1", "d1"]);
    await release("c1");
    expect(running()).toEqual(["a1", "b1", "d1", "e1"]);
    await release("a1");
    expect(running()).toEqual(["b1", "d1", "e1", "a2"]);
    for (const name of ["e1", "b1", "d1", "a2", "b2"]) await release(name);
    expect(await Promise.all(all)).toEqual(names);
    expect([most(), queue.inLine()]).toEqual([4, 0]);
  });

  test("PRJ-39 runs once for any number of requests of one file, and again after a failure", async () => {
    const queue = mediaQueue<number>(60_000);
    let runs = 0;
    const failing = async () => {
      runs += 1;
      throw new Error(`run ${runs}`);
    };
    const results = await Promise.allSettled([1, 2, 3].map(() => queue.run("a", "file", failing)));
    expect(results.map((result) => result.status === "rejected" && result.reason.message)).toEqual(
      results.map(() => "run 1"),
    );
    expect(await queue.run("a", "file", async () => 7)).toBe(7);
  });

  test("PRJ-39 refuses what is beyond the share of an account, and beyond all", async () => {
    const queue = mediaQueue<string>(60_000);
    const { work } = works();
    const accounts = Array.from(
      { length: mediaQueueSize.max / mediaQueueSize.maxOfAccount },
      (_, at) => `${at}`,
    );
    for (const account of accounts)
      for (let at = 0; at < mediaQueueSize.maxOfAccount; at += 1)
        void queue.run(account, `${account} ${at}`, work(account)).catch(() => undefined);
    expect(() => queue.run("0", "more", work("0"))).toThrow("too many files of the account are in line");
    expect(() => queue.run("other", "more", work("0"))).toThrow("too many files are in line");
    expect(queue.inLine()).toBe(mediaQueueSize.max);
  });

  test("work that takes too long is aborted, and so is all of it when the process stops", async () => {
    const untilAborted = (signal: AbortSignal) =>
      new Promise<never>((_resolve, reject) => {
        signal.addEventListener("abort", () => reject(signal.reason));
      });
    const slow = mediaQueue<never>(20);
    await expect(slow.run("a", "1", untilAborted)).rejects.toMatchObject({ code: "unavailable" });
    const queue = mediaQueue<never>(60_000);
    const results = ["1", "2"].map((id) => queue.run("a", id, untilAborted).catch((error) => error.message));
    await settled();
    await queue.stop();
    expect(await Promise.all(results)).toEqual(["process is stopping", "process is stopping"]);
    expect(queue.inLine()).toBe(0);
  });
});
