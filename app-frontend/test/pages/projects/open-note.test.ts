import { beforeEach, describe, expect, it } from "@jest/globals";
import { ApiError } from "../../../src/api/error.ts";
import type { Notes, Project } from "../../../src/api/project-types.ts";
import type { NewProject, ProjectFacts } from "../../../src/api/projects.ts";
import { blockOf, textOf } from "../../../src/pages/projects/blocks.ts";
import { type NoteApi, type OpenNote, openNote } from "../../../src/pages/projects/open-note.ts";
import { type Draft, drafts } from "../../../src/session/drafts.ts";

const place = { accountId: "ada", projectId: "p", tab: "t1" };
const notesOf = (...texts: string[]): Notes => texts.map((text) => blockOf(text));
const hashOf = (notes: Notes) => JSON.stringify(notes);

let nowMs: number;
let timers: { atMs: number; task: () => void }[];
let stored: Map<string, string>;
let isFull: boolean;
let server: ReturnType<typeof fakeServer>;
let saved: string[];
let note: OpenNote;

const clock = {
  now: () => nowMs,
  after(delayMs: number, task: () => void) {
    const timer = { atMs: nowMs + delayMs, task };
    timers.push(timer);
    return () => void (timers = timers.filter((other) => other !== timer));
  },
};

const kept = drafts(() => ({
  get length() {
    return stored.size;
  },
  key: (at) => [...stored.keys()][at] ?? null,
  getItem: (name) => stored.get(name) ?? null,
  removeItem: (name) => void stored.delete(name),
  setItem(name, text) {
    if (isFull) throw new DOMException("", "QuotaExceededError");
    stored.set(name, text);
  },
}));

/** The API for one project, and for those that are created beside it. */
function fakeServer() {
  let project = {
    id: "p",
    title: "A talk",
    src: null,
    media: null,
    deletedAt: null,
    version: 1,
    etag: '"1"',
  } as Project;
  let notes = notesOf("one");
  const created = new Map<string, NewProject>();
  const taken: string[] = [];
  let loss: string | undefined;

  function become(change: Partial<Project>, next = notes) {
    notes = next;
    project = { ...project, ...change, etag: `${project.etag}+`, notesSha256: hashOf(next) };
    return project;
  }

  function requireTag(tag: string) {
    if (project.deletedAt) throw new ApiError("in_bin", { status: 409 });
    const { etag, version, title, notesSha256 } = project;
    const current = { etag, version, title, notesSha256, device: "x", savedAt: "", saved: null };
    if (tag !== etag) throw new ApiError("stale_version", { status: 412, current });
  }

  const api: NoteApi = {
    get: async () => ({ project, notes }),
    getChanged: async (etag) => (etag === project.etag ? undefined : { project, notes }),
    async save(next, { ifMatch }) {
      if (loss) throw new ApiError(loss);
      if (hashOf(next) === hashOf(notes)) return project;
      requireTag(ifMatch);
      return become({ version: project.version + 1 }, next);
    },
    async change(facts: ProjectFacts, etag) {
      requireTag(etag);
      return become({ title: facts.title ?? project.title });
    },
    restore: async () => become({ deletedAt: null }),
    async create(next, key) {
      if (taken.includes(next.title)) throw new ApiError("title_taken", { status: 409 });
      created.set(key, created.get(key) ?? next);
      if (loss) throw new ApiError(loss);
      return { ...project, id: key, title: next.title };
    },
  };
  become({});
  return {
    api,
    created,
    taken,
    /** Another device saves. */
    saveElsewhere: (...texts: string[]) => become({ version: project.version + 1 }, notesOf(...texts)),
    become,
    lose: (code: string | undefined) => void (loss = code),
    texts: () => notes.map(textOf),
    project: () => project,
  };
}

async function pass(ms: number) {
  for (const endMs = nowMs + ms; nowMs < endMs; nowMs += 100) {
    for (const due of timers.filter(({ atMs }) => atMs <= nowMs)) {
      timers = timers.filter((other) => other !== due);
      due.task();
    }
    await new Promise(setImmediate);
  }
}

async function open() {
  let keys = 0;
  note = openNote({
    ...(await server.api.get()),
    ...{ api: server.api, drafts: kept, place, left: kept.list("ada", "p"), clock },
    newKey: () => `k${++keys}`,
    onSaved: ({ etag }) => void saved.push(etag),
  });
}

beforeEach(async () => {
  nowMs = 1_000;
  timers = [];
  stored = new Map();
  isFull = false;
  saved = [];
  server = fakeServer();
  await open();
});

const line = (at = 0) => note.editor.getState().lines[at]!;
const type = (text: string) => note.editor.type(line().key, text, text.length);
const shown = () => note.editor.notes().map(textOf);
const status = () => note.queue.getState().status;

it("keeps a draft until the save is answered", async () => {
  type("two");
  await pass(500);
  expect(kept.list("ada", "p")).toMatchObject([
    { tab: "t1", draft: { title: "A talk", notes: notesOf("two") } },
  ]);
  await pass(3_000);
  expect([status(), server.texts(), stored.size]).toEqual(["saved", ["two"], 0]);
  expect(saved).toEqual([server.project().etag]);
});

it("PRJ-26 says if the browser keeps no draft, and saves all the same", async () => {
  isFull = true;
  type("two");
  await pass(500);
  expect(note.getState().keepsDrafts).toBe(false);
  await pass(3_000);
  expect(server.texts()).toEqual(["two"]);
});

describe("a draft of a closed tab", () => {
  const draft = (text: string, change: Partial<Draft> = {}): Draft => {
    const { etag, notesSha256 } = server.project();
    return {
      atMs: nowMs,
      title: "A talk",
      base: { etag, sha256: notesSha256 },
      key: "old",
      notes: notesOf(text),
      ...change,
    };
  };

  it("PRJ-24 is restored, saved and dropped", async () => {
    kept.put({ ...place, tab: "old" }, draft("lost"));
    await open();
    expect([shown(), note.getState().isRestored, [...stored.keys()]]).toEqual([
      ["lost"],
      true,
      ["tintype-draft ada p t1"],
    ]);
    await pass(500);
    expect([server.texts(), stored.size]).toEqual([["lost"], 0]);
  });

  it("PRJ-24 that is older than what was saved elsewhere is a conflict", async () => {
    kept.put({ ...place, tab: "old" }, draft("lost"));
    server.saveElsewhere("newer");
    await open();
    await pass(500);
    expect([status(), shown(), server.texts()]).toEqual(["conflict", ["lost"], ["newer"]]);
  });

  it("PRJ-24 that equals what is stored is dropped", async () => {
    kept.put({ ...place, tab: "old" }, draft("same"));
    server.saveElsewhere("same");
    await open();
    await pass(500);
    expect([status(), stored.size]).toEqual(["saved", 0]);
  });

  it("PRJ-24 waits if another one is newer, and is looked at by itself", async () => {
    kept.put({ ...place, tab: "older" }, draft("older"));
    nowMs += 1;
    kept.put({ ...place, tab: "newer" }, draft("newer"));
    await open();
    await pass(500);
    expect([server.texts(), note.getState().left.map(({ tab }) => tab)]).toEqual([["newer"], ["older"]]);
    note.adopt(note.getState().left[0]!);
    await pass(500);
    expect([status(), shown(), note.getState().left]).toEqual(["conflict", ["older"], []]);
  });
});

describe("text that was saved elsewhere", () => {
  it("PRJ-23 is shown if nothing was typed here", async () => {
    server.saveElsewhere("one", "more");
    await note.refresh();
    expect([shown(), note.getState().project.version]).toEqual([["one", "more"], 2]);
  });

  it("PRJ-19 does not replace what was typed while it was asked for", async () => {
    server.saveElsewhere("theirs");
    const asked = note.refresh();
    type("mine");
    await asked;
    expect(shown()).toEqual(["mine"]);
    await pass(3_000);
    expect([status(), server.texts()]).toEqual(["conflict", ["theirs"]]);
  });

  it("PRJ-19 never replaces what was typed, nor is replaced by it", async () => {
    type("mine");
    server.saveElsewhere("theirs");
    await note.refresh();
    await pass(100);
    expect([status(), shown(), server.texts()]).toEqual(["conflict", ["mine"], ["theirs"]]);
    await note.loadTheirs();
    expect(note.getState().theirs?.notes.map(textOf)).toEqual(["theirs"]);
    expect(kept.list("ada", "p")).toHaveLength(1);
  });
});

describe("a conflict", () => {
  beforeEach(async () => {
    type("mine");
    server.saveElsewhere("theirs");
    await pass(3_000);
  });

  it("PRJ-21 keeps both texts: mine as a copy under a free title", async () => {
    server.taken.push("A talk (copy)");
    await note.keepCopy();
    expect([...server.created.values()]).toEqual([{ title: "A talk (copy 2)", notes: notesOf("mine") }]);
    expect([status(), shown(), server.texts(), stored.size]).toEqual(["saved", ["theirs"], ["theirs"], 0]);
    expect(note.getState().copy?.title).toBe("A talk (copy 2)");
  });

  it("PRJ-21 makes one copy, also if the answer was lost", async () => {
    server.lose("timeout");
    await expect(note.keepCopy()).rejects.toMatchObject({ code: "timeout" });
    expect([shown(), status()]).toEqual([["mine"], "conflict"]);
    server.lose(undefined);
    await note.keepCopy();
    expect(server.created.size).toBe(1);
  });

  it("PRJ-21 takes theirs as they are by then", async () => {
    server.saveElsewhere("theirs, later");
    await note.takeTheirs();
    expect([shown(), status(), stored.size]).toEqual([["theirs, later"], "saved", 0]);
    type("and mine");
    await pass(3_000);
    expect(server.texts()).toEqual(["and mine"]);
  });

  it("PRJ-21 is there again after the tab was closed", async () => {
    note.end("keep");
    await open();
    await pass(500);
    expect([status(), shown()]).toEqual(["conflict", ["mine"]]);
  });
});

describe("a change of the title", () => {
  it("PRJ-03 is repeated over notes that were saved elsewhere, which are then shown", async () => {
    server.saveElsewhere("theirs");
    await note.change({ title: "Another" });
    expect([server.project().title, shown()]).toEqual(["Another", ["theirs"]]);
  });

  it("PRJ-03 does not make typed text replace notes that were not seen", async () => {
    type("mine");
    server.saveElsewhere("theirs");
    await note.change({ title: "Another" });
    await pass(3_000);
    expect([status(), server.texts()]).toEqual(["conflict", ["theirs"]]);
  });

  it("does not replace another one that was not seen", async () => {
    server.become({ title: "Theirs" });
    await expect(note.change({ title: "Mine" })).rejects.toMatchObject({ code: "stale_version" });
    expect([server.project().title, note.getState().project.title]).toEqual(["Theirs", "Theirs"]);
    await note.change({ title: "Mine" });
    expect(server.project().title).toBe("Mine");
  });
});

it("PRJ-13 keeps text of a project in the bin, and saves it when that is restored", async () => {
  server.become({ deletedAt: "2026-11-27T00:00:00Z" });
  type("mine");
  await pass(3_000);
  expect([status(), server.texts(), stored.size]).toEqual(["refused", ["one"], 1]);
  await note.restore();
  await pass(3_000);
  expect([status(), server.texts(), stored.size]).toEqual(["saved", ["mine"], 0]);
});

it("moves text whose project is gone into a new one", async () => {
  type("mine");
  server.lose("not_found");
  await pass(3_000);
  expect(status()).toBe("refused");
  server.lose(undefined);
  await note.moveToCopy();
  expect([...server.created.values()]).toEqual([{ title: "A talk (copy)", notes: notesOf("mine") }]);
  note.end("save");
  expect(stored.size).toBe(0);
});

it("saves what was typed when another page is opened, and drops its draft", async () => {
  type("mine");
  note.end("save");
  expect(kept.list("ada", "p")).toHaveLength(1);
  await pass(100);
  expect([server.texts(), stored.size]).toEqual([["mine"], 0]);
});

it("keeps the draft if that last save fails, and does not try again", async () => {
  type("mine");
  server.lose("unreachable");
  note.end("save");
  await pass(100);
  server.lose(undefined);
  await pass(60_000);
  expect([server.texts(), stored.size]).toEqual([["one"], 1]);
});

it("PRJ-27 leaves a draft if the session ends, and none if the person signs out", async () => {
  type("mine");
  note.end("keep");
  await pass(60_000);
  expect([server.texts(), stored.size]).toEqual([["one"], 1]);
  await open();
  type("mine");
  note.end("drop");
  await pass(60_000);
  expect([server.texts(), stored.size]).toEqual([["one"], 0]);
});
