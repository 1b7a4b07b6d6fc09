import { beforeEach, describe, expect, it } from "@jest/globals";
import { ApiError } from "../../../src/api/error.ts";
import type { Notes, Project } from "../../../src/api/project-types.ts";
import type { Save } from "../../../src/api/projects.ts";
import { type SaveQueue, saveQueue } from "../../../src/pages/projects/save-queue.ts";

type Call = {
  text: string;
  save: Save;
  answer: (project: Partial<Project>) => void;
  refuse: (error: unknown) => void;
};

let nowMs: number;
let timers: { atMs: number; task: () => void }[];
let calls: Call[];
let text: string;
let keys: number;
let queue: SaveQueue;

const clock = {
  now: () => nowMs,
  after(delayMs: number, task: () => void) {
    const timer = { atMs: nowMs + delayMs, task };
    timers.push(timer);
    return () => void (timers = timers.filter((other) => other !== timer));
  },
};

async function pass(ms: number) {
  for (const endMs = nowMs + ms; nowMs < endMs; nowMs += 500) {
    for (const due of timers.filter(({ atMs }) => atMs <= nowMs)) {
      timers = timers.filter((other) => other !== due);
      due.task();
    }
    await new Promise(setImmediate);
  }
}

beforeEach(() => {
  nowMs = 0;
  timers = [];
  calls = [];
  keys = 0;
  text = "";
  queue = saveQueue(
    { etag: '"1"', sha256: "h1" },
    {
      save: (notes: Notes, save) =>
        new Promise((resolve, reject) => {
          const answer = (project: Partial<Project>) => resolve(project as Project);
          calls.push({ text: String(notes[0]?.["text"]), save, answer, refuse: reject });
        }),
      notes: () => [{ text }],
      clock,
      newKey: () => `k${++keys}`,
    },
  );
});

function type(more: string) {
  text += more;
  queue.edited();
}

async function answer(etag: string, notesSha256: string) {
  calls.at(-1)!.answer({ etag, notesSha256 });
  await new Promise(setImmediate);
}

async function refuse(code: string, facts: ConstructorParameters<typeof ApiError>[1] = {}) {
  calls.at(-1)!.refuse(new ApiError(code, facts));
  await new Promise(setImmediate);
}

const stale = (current: object) => refuse("stale_version", { status: 412, current });
const status = () => queue.getState().status;

it("saves two seconds after the last key, over what it has", async () => {
  type("a");
  expect(status()).toBe("unsaved");
  await pass(1_500);
  type("b");
  await pass(1_500);
  expect(calls).toHaveLength(0);
  await pass(1_500);
  expect(calls.map((call) => call.text)).toEqual(["ab"]);
  expect(calls[0]!.save).toMatchObject({ ifMatch: '"1"', idempotencyKey: "k1", keepalive: false });
  expect(status()).toBe("saving");
  await answer('"2"', "h2");
  expect(status()).toBe("saved");
  expect(queue.base()).toEqual({ etag: '"2"', sha256: "h2" });
});

it("saves ten seconds after the first key at the latest", async () => {
  for (let at = 0; at < 22; at += 1) {
    type("x");
    await pass(500);
  }
  expect(calls).toHaveLength(1);
});

it("PRJ-02 sends one save at a time, and then what was typed while it was sent", async () => {
  type("a");
  await pass(3_000);
  type("b");
  await pass(12_000);
  void queue.flush({ isLeaving: true });
  void queue.flush();
  expect(calls).toHaveLength(1);
  await answer('"2"', "h2");
  expect(status()).toBe("unsaved");
  await pass(3_000);
  expect(calls.map((call) => call.text)).toEqual(["a", "ab"]);
  expect(calls[1]!.save).toMatchObject({ ifMatch: '"2"', idempotencyKey: "k2" });
  await answer('"3"', "h3");
  expect(status()).toBe("saved");
});

it("sends nothing if nothing was typed", async () => {
  await queue.flush();
  await pass(60_000);
  expect(calls).toHaveLength(0);
});

describe("a save that is not answered", () => {
  it.each(["unreachable", "timeout", "unavailable", "internal", "refresh_overtaken"])(
    "PRJ-17 with %s is never saved, and repeated under its key within 10 seconds",
    async (code) => {
      type("a");
      await pass(3_000);
      for (let failed = 0; failed < 8; failed += 1) {
        await refuse(code);
        expect(status()).toBe("failed");
        await pass(10_500);
      }
      expect(new Set(calls.map(({ save }) => save.idempotencyKey))).toEqual(new Set(["k1"]));
      expect(calls).toHaveLength(9);
      await answer('"2"', "h2");
      expect(status()).toBe("saved");
    },
  );

  it("PRJ-17 takes an answer that is no project for none", async () => {
    type("a");
    await pass(3_000);
    calls[0]!.answer(undefined as unknown as Project);
    await new Promise(setImmediate);
    expect(status()).toBe("failed");
  });

  it("waits as long as the server asks", async () => {
    type("a");
    await pass(3_000);
    await refuse("unavailable", { status: 503, waitS: 20 });
    await pass(19_000);
    expect(calls).toHaveLength(1);
    await pass(2_000);
    expect(calls).toHaveLength(2);
  });

  it("PRJ-34 waits in silence when there were too many saves, whatever is typed, and reports a second refusal", async () => {
    type("a");
    await pass(3_000);
    for (const expected of ["unsaved", "failed"]) {
      await refuse("too_many_requests", { status: 429, waitS: 20 });
      const sent = calls.length;
      type("b");
      expect(status()).toBe(expected);
      await pass(19_000);
      expect(calls).toHaveLength(sent);
      await pass(2_000);
      expect(calls).toHaveLength(sent + 1);
    }
    expect(calls[2]).toMatchObject({ text: "abb", save: { idempotencyKey: "k1" } });
    await answer('"2"', "h2");
    expect(status()).toBe("saved");
  });

  it("is repeated at once when the network is back, with what was typed since", async () => {
    type("a");
    await pass(3_000);
    await refuse("unreachable");
    type("b");
    expect(status()).toBe("failed");
    void queue.flush();
    expect(calls[1]).toMatchObject({ text: "ab", save: { idempotencyKey: "k1" } });
  });
});

describe("412", () => {
  beforeEach(async () => {
    type("a");
    await pass(3_000);
  });

  it("PRJ-03 is no conflict if the notes are those that this text replaces", async () => {
    await stale({ etag: '"9"', version: 1, notesSha256: "h1", saved: null });
    expect(calls).toHaveLength(2);
    expect(calls[1]!.save).toMatchObject({ ifMatch: '"9"', idempotencyKey: "k2" });
    await answer('"10"', "h2");
    expect(status()).toBe("saved");
  });

  it("is no conflict if this tab's earlier attempt is what is there", async () => {
    await refuse("timeout");
    type("b");
    await pass(3_000);
    await stale({ etag: '"2"', version: 2, notesSha256: "h2", saved: 2 });
    expect(calls.at(-1)).toMatchObject({ text: "ab", save: { ifMatch: '"2"', idempotencyKey: "k2" } });
  });

  it("is a conflict if something came after that attempt", async () => {
    await stale({ etag: '"3"', version: 3, notesSha256: "h3", saved: 2 });
    expect(queue.getState()).toMatchObject({ status: "conflict", current: { version: 3 } });
  });

  it("is a conflict if the notes changed elsewhere, and nothing is sent until it is resolved", async () => {
    await stale({ etag: '"2"', version: 2, notesSha256: "h2", saved: null });
    type("b");
    await queue.flush();
    await pass(60_000);
    expect(calls).toHaveLength(1);
    expect([status(), queue.isDirty()]).toEqual(["conflict", true]);
    queue.follow({ etag: '"2"', sha256: "h2" });
    expect([status(), queue.isDirty()]).toEqual(["saved", false]);
    type("c");
    await pass(3_000);
    expect(calls[1]!.save.ifMatch).toBe('"2"');
  });

  it("without a word of what is there is an error", async () => {
    await refuse("stale_version", { status: 412 });
    expect(status()).toBe("failed");
  });

  it("is not answered by a loop of repetitions", async () => {
    for (let at = 0; at < 20; at += 1)
      await stale({ etag: `"${at}"`, version: 1, notesSha256: "h1", saved: null });
    expect(calls.length).toBeLessThan(8);
  });
});

it.each(["in_bin", "not_found", "quota_exceeded", "session_ended"])(
  "%s is not repeated before an edit",
  async (code) => {
    type("a");
    await pass(3_000);
    await refuse(code, { status: code === "session_ended" ? 401 : 409 });
    expect(status()).toBe("refused");
    await pass(600_000);
    expect(calls).toHaveLength(1);
    type("b");
    await pass(3_000);
    expect(calls).toHaveLength(2);
  },
);

it("PRJ-31 reports notes that are too long before it sends them, and saves them once they are shorter", async () => {
  text = "x".repeat(1_048_576);
  queue.edited();
  await pass(30_000);
  expect(calls).toHaveLength(0);
  expect(queue.getState()).toMatchObject({ status: "refused", error: { code: "notes_too_large" } });
  text = "x";
  queue.edited();
  await pass(3_000);
  expect(calls).toHaveLength(1);
});

it("PRJ-18 lets a small save outlive the page, counted in bytes", async () => {
  type("\u6f22".repeat(10_000));
  void queue.flush({ isLeaving: true });
  expect(calls[0]!.save.keepalive).toBe(true);
  await answer('"2"', "h2");
  type("\u6f22".repeat(15_000));
  void queue.flush({ isLeaving: true });
  expect(calls[1]!.save.keepalive).toBe(false);
});

it("saves a draft at once under its key, over what it was written over", async () => {
  text = "draft";
  queue.adopt({ etag: '"0"', sha256: "h0" }, "k9");
  await pass(500);
  expect(calls[0]).toMatchObject({ text: "draft", save: { ifMatch: '"0"', idempotencyKey: "k9" } });
});

it("PRJ-03 goes on over a title that was changed here, but not over notes that it has not seen", async () => {
  expect(queue.rebase({ etag: '"2"', notesSha256: "h1" })).toBe(true);
  expect(queue.base().etag).toBe('"2"');
  expect(queue.rebase({ etag: '"3"', notesSha256: "h3" })).toBe(false);
  expect(queue.base().etag).toBe('"2"');
});

it("sends what was typed while a save was in flight at its end, once", async () => {
  type("a");
  void queue.flush();
  type("b");
  queue.end({ saves: true });
  expect(calls).toHaveLength(1);
  await answer('"2"', "h2");
  expect(calls.map(({ text: sent, save }) => [sent, save.ifMatch])).toEqual([
    ["a", '"1"'],
    ["ab", '"2"'],
  ]);
  await answer('"3"', "h3");
  await pass(60_000);
  expect(calls).toHaveLength(2);
  expect(queue.isDirty()).toBe(false);
});

it("sends nothing after its end", async () => {
  type("a");
  queue.end({ saves: false });
  await queue.flush();
  await pass(60_000);
  expect(calls).toHaveLength(0);
});
