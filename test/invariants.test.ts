import { expect, test } from "@jest/globals";
import { files, read } from "./repository.ts";

const id = /\b[A-Z][A-Z0-9]*-\d\d\b/g;
/** A title is the first argument of a call of `test`, `it`, `describe` or of their `each(...)`. */
const title = /(?:\b(?:test|it|describe)|\))\(\s*["'`]((?:[A-Z][A-Z0-9]*-\d\d\b(?:, )?)+)/g;

const idsOfTitles = (source: string) =>
  [...source.matchAll(title)].flatMap(([, ids]) => ids?.match(id) ?? []);
const unique = (ids: string[]) => [...new Set(ids)].toSorted();

const listed = [...read("docs/invariants.md").matchAll(/^- \*\*([^*]+)\*\* /gm)].map(([, own = ""]) => own);
const tested = unique(
  files("*/test/*.ts", "*/test/*.tsx", "test/*.ts", "e2e/*/*.ts").flatMap((file) => idsOfTitles(read(file))),
);

test("the list has each id once", () => {
  expect(listed.filter((own, at) => listed.indexOf(own) !== at)).toEqual([]);
  expect(listed.filter((own) => own.match(id)?.[0] !== own)).toEqual([]);
});

test("every id of the list begins the title of a test", () => {
  expect(listed.length).toBeGreaterThan(200);
  expect(listed.filter((own) => !tested.includes(own))).toEqual([]);
});

test("every id that begins the title of a test is in the list", () => {
  expect(tested.filter((own) => !listed.includes(own))).toEqual([]);
});

test("every id that a document cites is in the list", () => {
  const cited = unique(files("*.md").flatMap((file) => read(file).match(id) ?? []));
  expect(cited.length).toBeGreaterThan(100);
  expect(cited.filter((own) => !listed.includes(own))).toEqual([]);
});

test("an id is found in titles of every form, and in nothing else", () => {
  const source = `
    test("AB_01 one", () => {});
    describe("AB_02", () => {});
    it.each([1])("AB_03, AB_04 two of %i", () => {});
    test(
      \`AB_05 of \${n}\`, () => {});
    console.log("AB_06 no title");
    test("encrypts with AES_25", () => {});`.replaceAll("_", "-"); // so that it is not found here
  expect(idsOfTitles(source)).toEqual(["AB-01", "AB-02", "AB-03", "AB-04", "AB-05"]);
});
