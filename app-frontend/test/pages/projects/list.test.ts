import { afterEach, beforeEach, expect, it } from "@jest/globals";
import { accountOf, open, tokenResponseFor } from "../../browser/site.tsx";
import type { Project } from "../../../src/api/project-types.ts";

const first = "GET /api/projects?limit=24";
let answers: Parameters<typeof open>[1];
let site: Awaited<ReturnType<typeof open>>;

const of = (id: string, change: Partial<Project> = {}) =>
  ({
    id,
    title: `Title ${id}`,
    type: "none",
    media: null,
    savedAt: "2026-03-03T12:00:00Z",
    ...change,
  }) as Project;
const later = (ms: number) => site.page.after(() => new Promise((resolve) => setTimeout(resolve, ms)));
const titles = () => site.page.all("li").map((item) => item.querySelector("a")!.textContent);

async function show(path: string) {
  site = await open(path, answers);
  await later(0);
}

beforeEach(() => {
  answers = {
    "POST /api/auth/refresh": () => tokenResponseFor(accountOf("ada")),
    [first]: () => ({ items: [of("a"), of("b")], cursor: "c1" }),
    [`${first}&cursor=c1`]: () => ({ items: [of("b", { title: "Renamed" }), of("c")] }),
  };
});
afterEach(() => site.page.close());

it("PRJ-51 shows page after page, each project once", async () => {
  await show("/projects");
  expect(titles()).toEqual(["Title a", "Title b"]);
  await site.page.press(site.page.button("Show more")!);
  expect(titles()).toEqual(["Title a", "Renamed", "Title c"]);
  expect(site.page.text()).toContain("That is all: 3 projects.");
});

it("searches titles a moment after the last key", async () => {
  answers[`${first}&q=wave`] = () => ({ items: [of("w")] });
  await show("/projects");
  await site.page.type(site.page.field("Search titles"), " wave ");
  await later(400);
  expect(titles()).toEqual(["Title w"]);
});

it("PRJ-11 creates one project under one key, also if the button is pressed again", async () => {
  const keys: (string | null)[] = [];
  answers["POST /api/projects"] = (body, headers) => {
    keys.push(headers.get("idempotency-key"));
    if (keys.length === 1) throw new TypeError("Failed to fetch");
    return { project: of("n", { etag: '"1"', ...(body as object) }) };
  };
  await show("/projects");
  await site.page.press(site.page.button("New project")!);
  await site.page.press(site.page.button("Create")!);
  expect(site.page.text()).toContain("Enter a title.");
  await site.page.type(site.page.field("Title"), " New one ");
  await site.page.press(site.page.button("Create")!);
  await site.page.press(site.page.button("Create")!);
  expect(keys).toHaveLength(2);
  expect(keys[0]).toMatch(/^[0-9a-f]{32}$/);
  expect(keys[1]).toBe(keys[0]);
  expect(site.page.path()).toBe("/projects/n");
});

it("PRJ-53 restores from the bin, and deletes for good after asking", async () => {
  const bin = `${first}&bin=true`;
  const gone: string[] = [];
  answers[bin] = () => ({ items: [of("a", { deletedAt: "2026-03-04T12:00:00Z" }), of("b")] });
  answers["POST /api/projects/a/restore"] = () => ({ project: of("a", { etag: '"1"' }) });
  answers["DELETE /api/projects/b?forever=true"] = () => void gone.push("b");
  await show("/projects/bin");
  await site.page.press(site.page.button("Restore")!);
  expect(titles()).toEqual(["Title b"]);
  await site.page.press(site.page.button("Delete for good")!);
  expect(gone).toEqual([]);
  await site.page.press(
    site.page
      .all("button")
      .filter(({ textContent }) => textContent === "Delete for good")
      .at(-1)!,
  );
  expect([gone, titles()]).toEqual([["b"], []]);
  expect(site.page.text()).toContain("The bin is empty.");
});
