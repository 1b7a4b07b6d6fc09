import { beforeEach, describe, expect, it } from "@jest/globals";
import { ApiError } from "../../src/api/error.ts";
import type { GalleryImage } from "../../src/api/images.ts";
import { type UploadQueue, canRetry, isBusy, uploadQueue } from "../../src/uploads/queue.ts";

type Run = {
  name: string;
  onProgress: (sent: number) => void;
  signal: AbortSignal;
  end: (code?: string) => void;
};

let runs: Run[];
let discarded: string[];
let queue: UploadQueue;

/** Uploads that end on command. */
beforeEach(() => {
  runs = [];
  discarded = [];
  queue = uploadQueue(({ name }) => ({
    run: ({ onProgress, signal }) =>
      new Promise<GalleryImage>((resolve, reject) => {
        const end = (code?: string) =>
          code ? reject(new ApiError(code)) : resolve({ id: name } as GalleryImage);
        runs.push({ name, onProgress, signal, end });
        signal.addEventListener("abort", () => end("cancelled"));
      }),
    discard: async () => void discarded.push(name),
  }));
});

const files = (...names: string[]) => names.map((name) => new File(["x"], name));
const shown = () => queue.getState().uploads.map(({ name, status }) => `${name} ${status}`);
const idOf = (name: string) => queue.getState().uploads.find((upload) => upload.name === name)!.id;

async function end(name: string, code?: string) {
  runs.findLast((run) => run.name === name)!.end(code);
  await new Promise(setImmediate);
}

it("sends three at a time, in order", async () => {
  queue.add(files("a", "b", "c", "d", "e"));
  expect(runs.map(({ name }) => name)).toEqual(["a", "b", "c"]);
  await end("b");
  expect(runs.map(({ name }) => name)).toEqual(["a", "b", "c", "d"]);
  expect(shown()).toEqual(["a sending", "c sending", "d sending", "e waiting"]);
});

it("goes on after a failure", async () => {
  queue.add(files("a", "b", "c", "d"));
  await end("a", "unreachable");
  expect(shown()).toEqual(["a failed", "b sending", "c sending", "d sending"]);
});

it("reports what arrives, and counts it until the queue is empty and more is picked", async () => {
  const arrived: string[] = [];
  queue.onArrived(({ id }) => void arrived.push(id));
  queue.add(files("a", "b"));
  await end("a");
  queue.add(files("c"));
  expect(queue.getState().added).toBe(1);
  await end("b");
  await end("c");
  expect(arrived).toEqual(["a", "b", "c"]);
  expect(queue.getState()).toEqual({ uploads: [], added: 3 });
  queue.add(files("d"));
  expect(queue.getState().added).toBe(0);
});

it("shows how much is sent", () => {
  queue.add(files("a", "b"));
  runs[1]!.onProgress(0.5);
  expect(queue.getState().uploads.map(({ sent }) => sent)).toEqual([0, 0.5]);
});

describe("retry", () => {
  it("runs a failed upload once more", async () => {
    queue.add(files("a"));
    await end("a", "unreachable");
    queue.retry(idOf("a"));
    expect(queue.getState().uploads[0]).toMatchObject({ status: "sending", error: undefined });
    await end("a");
    expect(queue.getState()).toEqual({ uploads: [], added: 1 });
  });

  it("keeps to three at a time", async () => {
    queue.add(files("a", "b", "c", "d"));
    for (const name of ["a", "b", "c", "d"]) await end(name, "unreachable");
    runs.length = 0;
    queue.retry(...queue.getState().uploads.map(({ id }) => id));
    expect(runs).toHaveLength(3);
  });

  it.each([
    ["unreachable", true],
    ["quota_exceeded", true],
    ["not_uploaded", true],
    ["unsupported_image", false],
    ["damaged_image", false],
    ["image_dimensions", false],
    ["unprocessable_image", false],
    ["animated_png", false],
  ])("after %s may help: %s", async (code, may) => {
    queue.add(files("a"));
    await end("a", code);
    expect(canRetry(queue.getState().uploads[0]!)).toBe(may);
  });
});

describe("cancel", () => {
  it("aborts what is being sent, discards it, and starts the next one", async () => {
    queue.add(files("a", "b", "c", "d"));
    queue.cancel(idOf("a"));
    expect(runs[0]!.signal.aborted).toBe(true);
    expect(discarded).toEqual(["a"]);
    await end("b");
    expect(shown()).toEqual(["c sending", "d sending"]);
    expect(runs.map(({ name }) => name)).toEqual(["a", "b", "c", "d"]);
  });

  it("does not count what arrives anyway", async () => {
    queue = uploadQueue(() => ({
      run: async () => ({ id: "late" }) as GalleryImage,
      discard: async () => {},
    }));
    queue.add(files("a"));
    queue.cancel(idOf("a"));
    await new Promise(setImmediate);
    expect(queue.getState()).toEqual({ uploads: [], added: 0 });
  });
});

it("clears everything and discards nothing on the server", async () => {
  queue.add(files("a", "b", "c", "d"));
  queue.clear();
  await new Promise(setImmediate);
  expect(runs.map(({ signal }) => signal.aborted)).toEqual([true, true, true]);
  expect(runs).toHaveLength(3);
  expect(discarded).toEqual([]);
  expect(queue.getState()).toEqual({ uploads: [], added: 0 });
});

it("is busy while something waits or is sent", async () => {
  expect(isBusy(queue.getState())).toBe(false);
  queue.add(files("a"));
  expect(isBusy(queue.getState())).toBe(true);
  await end("a", "unreachable");
  expect(isBusy(queue.getState())).toBe(false);
});
