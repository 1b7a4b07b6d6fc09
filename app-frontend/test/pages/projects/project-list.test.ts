import { expect, it } from "@jest/globals";
import { ApiError } from "../../../src/api/error.ts";
import type { Project } from "../../../src/api/project-types.ts";
import { joined, projectList } from "../../../src/pages/projects/project-list.ts";

const of = (id: string, title = id) => ({ id, title }) as Project;

it("PRJ-51 shows each project once, as it was loaded last", () => {
  const both = joined([of("a"), of("b")], [of("b", "renamed"), of("c")]);
  expect(both).toEqual([of("a"), of("b", "renamed"), of("c")]);
});

it("loads page by page, and again after a failure", async () => {
  const asked: unknown[] = [];
  let fails = false;
  const list = projectList(async (cursor) => {
    asked.push(cursor);
    if (fails) throw new ApiError("unreachable");
    return cursor ? { items: [of("b")] } : { items: [of("a")], cursor: "1" };
  });
  await Promise.all([list.more(), list.more()]);
  expect(list.getState()).toMatchObject({ items: [of("a")], complete: false, status: "idle" });
  fails = true;
  await list.more();
  expect(list.getState()).toMatchObject({ status: "failed", error: { code: "unreachable" } });
  fails = false;
  await list.more();
  await list.more();
  expect(asked).toEqual([undefined, "1", "1"]);
  list.remove("a");
  expect(list.getState()).toMatchObject({ items: [of("b")], complete: true, error: undefined });
});
