import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";

const repository = join(import.meta.dirname, "..");
const read = (path: string) => readFileSync(join(repository, path), "utf8");

/** All space alike: sentences are broken anywhere. */
const plain = (text: string) => text.replace(/\s+/g, " ");

/** One id, or the first and the last of several. */
const requirementIds = /\d+\.\d+\.\d+(?:-\d+\.\d+\.\d+)?/g;

describe("docs/ARCHITECTURE.md", () => {
  const parts = ["app-backend/test", "app-frontend/test", "infra/test", "e2e/test", "test"];
  const tests = parts
    .flatMap((part) =>
      readdirSync(join(repository, part), { recursive: true, encoding: "utf8" })
        .filter((name) => name.endsWith(".ts"))
        .map((name) => plain(read(`${part}/${name}`))),
    )
    .join("\n");

  test("every check that an invariant names is there", () => {
    const document = read("docs/ARCHITECTURE.md");
    const invariants = plain(document.slice(document.indexOf("## Invariants")));
    const titles = [...invariants.matchAll(/"([^"]{6,})"/g)].map(([, title = ""]) => title);
    expect(titles.length).toBeGreaterThan(30);
    expect(titles.filter((title) => !tests.includes(title))).toEqual([]);
  });
});

describe("docs/asvs.md", () => {
  const document = read("docs/asvs.md");
  const rows = requirements(document);

  test("every file that it names is there", () => {
    const named = [...document.matchAll(/`([^`\s]+\/[^`\s]+)`/g)]
      .map(([, path = ""]) => path)
      .filter((path) => /^(\/?test|src|migrations|ansible|app-\w+|bench|docs|e2e|infra)\//.test(path));
    expect(named.length).toBeGreaterThan(200);
    expect(named.filter((path) => fileOf(path) === undefined)).toEqual([]);
  });

  test("every title and id that it quotes begins a test's title in the file named before it", () => {
    const quoted = document.split("\n").flatMap(quotations);
    expect(quoted.length).toBeGreaterThan(150);
    const isThere = ({ path, title }: { path: string; title: string }) => {
      const file = fileOf(path);
      const source = file?.endsWith(".ts") ? plain(read(file)) : "";
      return source.includes(`"${title}`) || source.includes(`\`${title}`);
    };
    expect(quoted.filter((quotation) => !isThere(quotation))).toEqual([]);
  });

  test("it has each requirement of levels 1 and 2 once, and its first table counts them", () => {
    const ids = rows.map(({ id }) => id);
    expect(ids.filter((id, at) => ids.indexOf(id) !== at)).toEqual([]);
    const counts = (levels: string[]) => {
      const counted = rows.filter(({ level }) => levels.includes(level));
      const of = (state: string) => counted.filter((row) => row.state === state).length;
      return [of("met"), of("**not met**"), of("n/a"), counted.length].map(String);
    };
    const told = cellsOf(document).filter(([level = ""]) => /^(1|2|1 and 2)$/.test(level));
    expect(told).toEqual([
      ["1", ...counts(["1"])],
      ["2", ...counts(["2"])],
      ["1 and 2", ...counts(["1", "2"])],
    ]);
    expect(told.map((cells) => cells.at(-1))).toEqual(["70", "183", "253"]); // as OWASP published them
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

/** What stands in quotation marks, with the path that stands before it in its line. */
function quotations(line: string): { path: string; title: string }[] {
  let path = "";
  return [...line.matchAll(/`([^`]+)`|"([^"]+)"/g)].flatMap(([, code, title]) => {
    if (code?.includes("/")) path = code;
    return title === undefined ? [] : [{ path, title }];
  });
}

/** As the document names files: of the backend, unless another folder stands before; tests without their ending. */
function fileOf(path: string): string | undefined {
  const place = /^(src|test|migrations)\b/.test(path) ? `app-backend/${path}` : path.replace(/^\//, "");
  const endings = ["", ".test.ts", ".integration.test.ts", ".ts"];
  return endings.map((ending) => place + ending).find((file) => existsSync(join(repository, file)));
}
