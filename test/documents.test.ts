import { existsSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { files, read, repository } from "./repository.ts";

/** One id, or the first and the last of several. */
const requirementIds = /\d+\.\d+\.\d+(?:-\d+\.\d+\.\d+)?/g;

/** A file that a document names: `server.ts`, `mysql/pool.ts`, but no address such as `/api/openapi.json`. */
const fileName = /`((?:[\w@][\w.@-]*\/)*[\w@][\w.@-]*\.(?:tsx?|mjs|sh|sql|j2|conf|svg|yml|service|timer))`/g;

test("every file that a document names is there, and no other of its name", () => {
  const paths = files();
  const named = files("*.md").flatMap((document) =>
    [...read(document).matchAll(fileName)].map(([, name = ""]) => ({ document, name })),
  );
  expect(named.length).toBeGreaterThan(150);
  const namesakes = (name: string) => paths.filter((file) => file === name || file.endsWith(`/${name}`));
  const unclear = named.filter(({ name }) => namesakes(name).length !== 1);
  expect(unclear.map(({ document, name }) => [document, name, namesakes(name)])).toEqual([]);
});

test("every link of a document to a file of the repository leads somewhere", () => {
  const links = files("*.md").flatMap((document) =>
    [...read(document).matchAll(/\]\(([^)#:\s]+)(?:#[^)]*)?\)/g)].map(([, target = ""]) => ({
      document,
      target,
    })),
  );
  expect(links.length).toBeGreaterThan(50);
  expect(
    links.filter(({ document, target }) => !existsSync(join(repository, dirname(document), target))),
  ).toEqual([]);
});

describe("a decision", () => {
  const names = files("docs/decisions/0*.md");
  const index = read("docs/decisions/README.md");
  const form =
    /^# \d{4}: .+\n\nDate: \d{4}-\d\d-\d\d\. Status: (?:accepted|replaced)[^#]*\n## Context\n[^]+\n## Decision\n[^]+\n## Consequences\n[^]+$/;

  test.each(names)(
    "has title, date, status, context, decision and consequences, and is in the list: %s",
    (name) => {
      const text = read(name);
      expect(text).toMatch(form);
      expect([...text.matchAll(/^## .*/gm)]).toHaveLength(3);
      const [title = ""] = text.split("\n");
      expect(index).toContain(`- [${title.slice("# ".length)}](${basename(name)})\n`);
    },
  );

  test("its number is no other's", () => {
    const numbers = names.map((name) => basename(name).slice(0, 4));
    expect(numbers.filter((number, at) => numbers.indexOf(number) !== at)).toEqual([]);
  });
});

describe("docs/security/asvs.md", () => {
  const document = read("docs/security/asvs.md");
  const rows = requirements(document);

  test("it has each requirement of levels 1 and 2 once, and its first table counts them", () => {
    const ids = rows.map(({ id }) => id);
    expect(ids.filter((id, at) => ids.indexOf(id) !== at)).toEqual([]);
    const counts = (levels: string[]) => {
      const counted = rows.filter(({ level }) => levels.includes(level));
      const of = (state: string) => counted.filter((row) => row.state === state).length;
      return [of("met"), of("**not met**"), of("n/a"), counted.length].map(String);
    };
    const shown = cellsOf(document).filter(([level = ""]) => /^(1|2|1 and 2)$/.test(level));
    expect(shown).toEqual([
      ["1", ...counts(["1"])],
      ["2", ...counts(["2"])],
      ["1 and 2", ...counts(["1", "2"])],
    ]);
    expect(shown.map((cells) => cells.at(-1))).toEqual(["70", "183", "253"]); // as OWASP published them
  });

  test("every requirement that is met cites an invariant, or says that it has no test", () => {
    const unproven = cellsOf(document).filter(
      ([ids = "", , , state, where = "", shown = ""]) =>
        /^\d/.test(ids) && state === "met" && !/[A-Z0-9]-\d\d\b|no test|^as \d/.test(where + shown),
    );
    expect(unproven).toEqual([]);
  });

  test.each(["1", "2"])("its list of what is not met has what the rows have, level %s", (level) => {
    const [, list = ""] = new RegExp(`\nLevel ${level}:\n(.*?)\n(?:Level|###) `, "s").exec(document) ?? [];
    const listed = [...list.matchAll(requirementIds)].flatMap(([ids]) => idsOf(ids));
    const notMet = rows.filter((row) => row.level === level && row.state === "**not met**");
    expect(listed.toSorted()).toEqual(notMet.map(({ id }) => id).toSorted());
  });
});

function idsOf(ids: string): string[] {
  const [first = "", last = first] = ids.split("-");
  const section = first.slice(0, first.lastIndexOf(".") + 1);
  const [from, to] = [first, last].map((id) => Number(id.slice(section.length))) as [number, number];
  return Array.from({ length: to - from + 1 }, (_, at) => `${section}${from + at}`);
}

/** The rows of all tables. */
function cellsOf(document: string): string[][] {
  const lines = document.split("\n").filter((line) => line.startsWith("|"));
  return lines.map((line) =>
    line
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

/** A row may stand for several requirements, all of one level. */
function requirements(document: string) {
  return cellsOf(document)
    .filter(([ids = ""]) => /^\d+\.\d+\.\d+/.test(ids))
    .flatMap(([ids = "", level = "", , state = ""]) =>
      [...ids.matchAll(requirementIds)].flatMap(([some]) => idsOf(some).map((id) => ({ id, level, state }))),
    );
}
