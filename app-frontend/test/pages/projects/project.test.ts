import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { accountOf, open, tokenResponseFor } from "../../browser/site.tsx";
import type { Block, Project } from "../../../src/api/project-types.ts";
import { blockOf } from "../../../src/pages/projects/blocks.ts";

const ada = accountOf("ada");
const path = "/projects/p";
const table: Block = { type: "table", children: [{ text: "kept" }] };

let project: Project;
let notes: readonly Block[];
let answers: Parameters<typeof open>[1];
let site: Awaited<ReturnType<typeof open>>;

const problem = (status: number, code: string, more = {}) => Response.json({ code, ...more }, { status });
const later = (ms: number) => site.page.after(() => new Promise((resolve) => setTimeout(resolve, ms)));
const lines = () => site.page.all("textarea").map(({ value }) => value);
const press = (name: string) => site.page.press(site.page.button(name)!);
const draftNames = () => Object.keys(window.localStorage).filter((name) => name.startsWith("tintype-draft"));

/** A press of a key in a line, at the end of its text except for Backspace. */
async function key(at: number, name: string, held: object = {}) {
  const field = site.page.all("textarea")[at]!;
  const event = new window.KeyboardEvent("keydown", { key: name, bubbles: true, cancelable: true, ...held });
  const caret = name === "Backspace" ? 0 : field.value.length;
  await site.page.after(() => {
    field.focus();
    field.setSelectionRange(caret, caret);
    field.dispatchEvent(event);
  });
}

async function type(at: number, text: string) {
  await site.page.type(site.page.all("textarea")[at] as unknown as HTMLInputElement, text);
}

/** The page is hidden, so that it saves at once. */
async function hide() {
  await site.page.after(() => window.dispatchEvent(new window.Event("pagehide")));
  await later(0);
}

/** The person comes back to the page, which the browser had kept. */
async function comeBack() {
  const shown = Object.assign(new window.Event("pageshow"), { persisted: true });
  await site.page.after(() => window.dispatchEvent(shown));
  await later(0);
}

/** The text of a save, as the server got it. */
const textsIn = (body: unknown) => JSON.stringify((body as { notes: unknown }).notes);

beforeEach(async () => {
  project = {
    ...{
      id: "p",
      etag: '"1"',
      title: "A talk",
      type: "none",
      label: null,
      src: null,
      mimetype: null,
      media: null,
    },
    ...{ version: 1, notesBytes: 2, notesSha256: "h1", device: "Firefox on Linux" },
    ...{ createdAt: "2026-03-03T12:00:00Z", savedAt: "2026-03-03T12:00:00Z", deletedAt: null },
  };
  notes = [blockOf("one", { label: "<img onerror>", value: 8 }), table, blockOf("two")];
  answers = {
    "POST /api/auth/refresh": () => tokenResponseFor(ada),
    "GET /api/projects/p": () => ({ project, notes }),
    "PUT /api/projects/p/notes": (body, headers) => {
      if (headers.get("if-match") !== project.etag)
        return problem(412, "stale_version", { current: project });
      notes = (body as { notes: readonly Block[] }).notes;
      project = { ...project, etag: `${project.etag}+`, notesSha256: `${project.notesSha256}+` };
      return { project };
    },
  };
  site = await open(path, answers);
  await later(0);
});
afterEach(() => site.page.close());

describe("a project", () => {
  it("PRJ-32 shows its lines, and a stamp's label as text", () => {
    expect(site.page.all("h1")[0]!.textContent).toBe("A talk");
    expect(lines()).toEqual(["one", "two"]);
    expect(site.page.text()).toContain("<img onerror>");
    expect(site.page.text()).toContain("kept");
    expect(site.page.all("img")).toHaveLength(1); // the logo
  });

  it("PRJ-32 saves a changed line among blocks that stay as they came", async () => {
    const before = notes;
    await type(1, "two and more");
    expect(site.page.text()).toContain("Not saved yet");
    await hide();
    expect(notes).toEqual([before[0], table, blockOf("two and more")]);
    expect(site.page.text()).toContain("Saved");
    expect(draftNames()).toEqual([]);
  });

  it("begins lines, joins them and takes it back", async () => {
    await key(1, "Enter");
    expect(lines()).toEqual(["one", "two", ""]);
    expect(site.page.focused()).toBe(site.page.all("textarea")[2]);
    await key(2, "Backspace");
    expect(lines()).toEqual(["one", "two"]);
    await key(1, "z", { ctrlKey: true });
    await key(1, "z", { ctrlKey: true });
    expect(lines()).toEqual(["one", "two"]);
    expect(site.page.button("Undo")!.getAttribute("aria-disabled")).toBe("true");
    await key(1, "y", { ctrlKey: true });
    expect(lines()).toEqual(["one", "two", ""]);
  });

  it("leaves Enter to an input method", async () => {
    await key(1, "Enter", { isComposing: true });
    expect(lines()).toEqual(["one", "two"]);
  });

  it("PRJ-34 announces the first save and each failure, and moves no focus", async () => {
    const announced = () =>
      [...document.querySelectorAll(".save-status [role=status], .save-status [role=alert]")].map(
        ({ textContent }) => textContent,
      );
    expect(announced()).toEqual(["", ""]);
    await type(1, "a");
    expect(announced()).toEqual(["", ""]);
    await hide();
    expect(announced()).toEqual(["Saved", ""]);
    const save = answers["PUT /api/projects/p/notes"]!;
    delete answers["PUT /api/projects/p/notes"];
    await type(1, "ab");
    expect(announced()).toEqual(["Saved", ""]);
    await hide();
    expect(announced()[1]).toContain("cannot be reached");
    expect(site.page.focused()).toBe(site.page.all("textarea")[1]);
    answers["PUT /api/projects/p/notes"] = save;
    await hide();
    expect(announced()).toEqual(["Saved", ""]);
  });

  it("PRJ-21 shows both texts of a conflict, and keeps mine as a copy", async () => {
    const created: unknown[] = [];
    answers["POST /api/projects"] = (body) => (
      created.push(body),
      { project: { ...project, id: "q", title: "A talk (copy)" } }
    );
    await type(1, "mine");
    project = { ...project, etag: '"9"', notesSha256: "h9" };
    notes = [blockOf("theirs")];
    await hide();
    await later(0);
    expect(site.page.focused().textContent).toBe("This project was changed elsewhere");
    expect(site.page.text()).toContain("mine");
    expect(site.page.text()).toContain("theirs");
    await press("Keep mine as a copy");
    await later(0);
    expect(created).toMatchObject([{ title: "A talk (copy)", notes: [{}, table, blockOf("mine")] }]);
    expect(lines()).toEqual(["theirs"]);
    expect(site.page.text()).toContain("Your text is now in A talk (copy).");
  });

  it.each<[string, () => Response]>([
    ["a page of HTML", () => new Response("<!doctype html><title>Sign in to this network</title>")],
    ["nothing", () => new Response("")],
    ["another JSON", () => Response.json({ ok: true })],
    ["an error of a proxy", () => new Response("<h1>Bad gateway</h1>", { status: 502 })],
  ])(
    "PRJ-17 is not saved by a network that answers with %s, and is when that has gone",
    async (_what, answer) => {
      const save = answers["PUT /api/projects/p/notes"]!;
      answers["PUT /api/projects/p/notes"] = answer;
      await type(1, "typed behind a portal");
      await hide();
      expect(site.page.text()).toContain("Not saved");
      expect(site.page.text()).toContain("Your text is kept in this browser.");
      const [draft] = draftNames();
      expect(window.localStorage.getItem(draft!)).toContain("typed behind a portal");
      answers["PUT /api/projects/p/notes"] = save;
      await site.page.after(() => window.dispatchEvent(new window.Event("online")));
      await later(0);
      expect(notes.at(-1)).toEqual(blockOf("typed behind a portal"));
      expect([lines().at(-1), draftNames()]).toEqual(["typed behind a portal", []]);
      expect(site.page.text()).not.toContain("Not saved");
    },
  );

  it("PRJ-02 has one save in flight, however often the page is hidden and shown", async () => {
    const save = answers["PUT /api/projects/p/notes"]!;
    const sent: string[] = [];
    let answerNow = () => {};
    answers["PUT /api/projects/p/notes"] = async (body, headers) => {
      sent.push(textsIn(body));
      if (sent.length === 1) await new Promise<void>((resolve) => (answerNow = resolve));
      return save(body, headers);
    };
    await type(1, "first");
    await hide();
    await type(1, "first and last");
    for (let times = 0; times < 3; times += 1) {
      await hide();
      await comeBack();
    }
    expect(sent).toHaveLength(1);
    await site.page.after(answerNow);
    await hide();
    expect(sent).toHaveLength(2);
    expect(notes.at(-1)).toEqual(blockOf("first and last"));
    expect(site.page.text()).toContain("Saved");
  });

  it("PRJ-18 keeps as a draft at once what no save of a closed tab can carry", async () => {
    const text = "\u6f22".repeat(30_000);
    delete answers["PUT /api/projects/p/notes"];
    await type(1, text);
    await hide();
    const [draft = ""] = draftNames();
    expect(window.localStorage.getItem(draft)?.includes(text)).toBe(true);
  });

  it("PRJ-19 shows what another device saved when the person comes back, by one request", async () => {
    project = { ...project, etag: '"9"', notesSha256: "h9" };
    notes = [blockOf("theirs")];
    const asked: string[] = [];
    const { fetch } = globalThis;
    globalThis.fetch = (url, init) => {
      asked.push(`${init?.method ?? "GET"} ${String(url)}`);
      return fetch(url, init);
    };
    await comeBack();
    expect(lines()).toEqual(["theirs"]);
    expect(asked).toEqual(["GET /api/projects/p"]);
  });

  it("PRJ-19 keeps both texts if the machine slept over unsaved text while another device saved", async () => {
    const save = answers["PUT /api/projects/p/notes"]!;
    delete answers["PUT /api/projects/p/notes"];
    await type(1, "mine before the night");
    await hide();
    project = { ...project, etag: '"9"', notesSha256: "h9" };
    notes = [blockOf("theirs")];
    let saves = 0;
    answers["PUT /api/projects/p/notes"] = (body, headers) => ((saves += 1), save(body, headers));
    await comeBack();
    await later(0);
    expect(site.page.text()).toContain("This project was changed elsewhere");
    expect(site.page.text()).toContain("mine before the night");
    expect(site.page.text()).toContain("theirs");
    expect([saves, notes]).toEqual([1, [blockOf("theirs")]]);
    expect(draftNames()).toHaveLength(1);
  });

  it("PRJ-27 is where one is back after the session has ended, with the text", async () => {
    answers["PUT /api/projects/p/notes"] = () => problem(401, "session_ended");
    answers["POST /api/auth/refresh"] = () => problem(401, "session_ended");
    answers["POST /api/auth/signin"] = () => tokenResponseFor(ada);
    await type(1, "mine");
    await hide();
    await later(20);
    expect(site.page.path()).toBe("/signin");
    expect(draftNames()).toHaveLength(1);
    delete answers["PUT /api/projects/p/notes"];
    await site.page.type(site.page.field("Email"), ada.email);
    await site.page.type(site.page.field("Password"), "long enough");
    await press("Sign in");
    await later(20);
    expect(site.page.path()).toBe(path);
    expect(lines()).toEqual(["one", "mine"]);
  });
});

describe("signing out", () => {
  beforeEach(async () => {
    answers["DELETE /api/auth/signout"] = () => ({});
    delete answers["PUT /api/projects/p/notes"];
    await type(1, "mine");
    await hide();
    await press("Sign out");
  });

  it("PRJ-24 asks before it drops text that is not saved", async () => {
    expect(site.page.text()).toContain("Drop unsaved text?");
    await press("Stay signed in");
    expect([site.session.getState().status, draftNames().length]).toEqual(["signed-in", 1]);
  });

  it("PRJ-24 leaves no text on the device", async () => {
    await press("Drop it and sign out");
    await later(20);
    expect([site.session.getState().status, draftNames()]).toEqual(["signed-out", []]);
    expect(site.page.path()).toBe("/signin");
  });
});
