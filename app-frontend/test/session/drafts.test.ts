import { beforeEach, describe, expect, it } from "@jest/globals";
import { type DraftStorage, draftNames } from "../../src/session/draft-names.ts";
import { type Draft, drafts } from "../../src/session/drafts.ts";

const yearMs = 365 * 24 * 3_600_000;
const place = { accountId: "ada", projectId: "p", tab: "t1" };
let nowMs: number;
let stored: Map<string, string>;
let maxChars: number;

const storage: DraftStorage = {
  get length() {
    return stored.size;
  },
  key: (at) => [...stored.keys()][at] ?? null,
  getItem: (name) => stored.get(name) ?? null,
  removeItem: (name) => void stored.delete(name),
  setItem(name, text) {
    const others = [...stored].filter(([other]) => other !== name).map(([, value]) => value.length);
    if (others.reduce((sum, length) => sum + length, text.length) > maxChars)
      throw new DOMException("", "QuotaExceededError");
    stored.set(name, text);
  },
};
const kept = drafts(() => storage);
const draft = (text: string): Draft => ({
  atMs: nowMs,
  title: "A talk",
  base: { etag: '"1"', sha256: "a" },
  key: "k",
  notes: [{ type: "paragraph", children: [{ text }] }],
});
const has = (accountId: string) => draftNames([accountId], () => storage).length > 0;
const tabs = (accountId = "ada", projectId = "p") => kept.list(accountId, projectId).map(({ tab }) => tab);

beforeEach(() => {
  nowMs = 1_000;
  stored = new Map([["tintype-session", "1"]]);
  maxChars = Infinity;
});

it("PRJ-24 keeps drafts under account, project and tab, and lists the newest first", () => {
  expect(kept.put(place, draft("a"))).toBe(true);
  nowMs += 1;
  kept.put({ ...place, tab: "t2" }, draft("b"));
  kept.put({ ...place, projectId: "q" }, draft("c"));
  kept.put({ ...place, accountId: "bob" }, draft("d"));
  expect(tabs()).toEqual(["t2", "t1"]);
  expect(kept.list("ada", "p")[0]!.draft).toEqual(draft("b"));
  kept.remove(place);
  expect(tabs()).toEqual(["t2"]);
});

it("PRJ-24 finds those of one account only", () => {
  kept.put(place, draft("a"));
  kept.put({ ...place, accountId: "bob" }, draft("d"));
  expect([has("ada"), has("ad"), has("eve")]).toEqual([true, false, false]);
  expect(draftNames(["bob"], () => storage)).toEqual(["tintype-draft bob p t1"]);
});

describe("PRJ-24 a clock that jumps", () => {
  it("PRJ-24 a year ahead loses no draft", () => {
    kept.put(place, draft("a"));
    nowMs += yearMs;
    kept.put({ ...place, tab: "t2" }, draft("b"));
    kept.prune();
    expect(tabs()).toEqual(["t2", "t1"]);
  });

  it("PRJ-24 back is not what makes a draft the older one", () => {
    kept.put(place, draft("a"));
    nowMs -= yearMs;
    kept.put({ ...place, tab: "t2" }, draft("b"));
    kept.put({ ...place, tab: "t3" }, draft("c"));
    kept.put({ ...place, tab: "t2" }, draft("d"));
    expect(tabs()).toEqual(["t2", "t3", "t1"]);
    maxChars = [...stored.values()].join("").length + 20;
    expect(kept.put({ ...place, tab: "t4" }, draft("e"))).toBe(true);
    expect(tabs()).toEqual(["t4", "t2", "t3"]);
  });
});

it("PRJ-24 keeps the last 100 drafts of an account, and all of another", () => {
  kept.put({ ...place, accountId: "bob" }, draft("b"));
  for (let count = 0; count < 102; count += 1) kept.put({ ...place, tab: `t${count}` }, draft("a"));
  expect(tabs()).toHaveLength(100);
  expect([tabs()[0], tabs().at(-1)]).toEqual(["t101", "t2"]);
  expect(tabs("bob")).toEqual(["t1"]);
});

it("finds a draft of a release that wrote no order, and takes it for an older one", () => {
  stored.set("tintype-draft ada p t0", JSON.stringify({ ...draft("old"), atMs: nowMs + yearMs }));
  kept.put(place, draft("a"));
  expect(tabs()).toEqual(["t1", "t0"]);
});

it.each(["", "null", "{}", "[]", '{"atMs":1,"base":{"etag":"x"}}', "{"])(
  "drops %j, which another release or a crash left",
  (text) => {
    stored.set("tintype-draft ada p t1", text);
    expect(tabs()).toEqual([]);
    expect(stored.size).toBe(1);
  },
);

describe("PRJ-26 storage", () => {
  it("that is full drops the oldest drafts of other tabs for the one that is being typed", () => {
    kept.put(place, draft("a"));
    nowMs += 1;
    kept.put({ ...place, tab: "t2" }, draft("b"));
    maxChars = 290;
    nowMs += 1;
    expect(kept.put({ ...place, tab: "t3" }, draft("c"))).toBe(true);
    expect(tabs()).not.toContain("t1");
    expect(tabs()[0]).toBe("t3");
  });

  it("PRJ-24 that is full of another account's drafts keeps those", () => {
    kept.put({ ...place, accountId: "bob" }, draft("b"));
    maxChars = 150;
    expect(kept.put(place, draft("a"))).toBe(false);
    expect([has("bob"), has("ada")]).toEqual([true, false]);
  });

  it("that is too small keeps no draft, and says so", () => {
    maxChars = 10;
    expect(kept.put(place, draft("a"))).toBe(false);
    expect(tabs()).toEqual([]);
  });

  it("that throws is as if there were none", () => {
    const none = drafts(() => {
      throw new DOMException("", "SecurityError");
    });
    expect(none.put(place, draft("a"))).toBe(false);
    expect(none.list("ada", "p")).toEqual([]);
    none.remove(place);
  });
});
