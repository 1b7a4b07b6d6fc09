import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@jest/globals";

const repository = join(import.meta.dirname, "..");
const document = readFileSync(join(repository, "docs/ARCHITECTURE.md"), "utf8");
const parts = ["app-backend/test", "app-frontend/test", "infra/test", "e2e/test", "test"];

/** Quotation marks and line breaks as the document has them: a title may stand in template or plain strings. */
const plain = (text: string) => text.replace(/\s+/g, " ");

const tests = parts
  .flatMap((part) =>
    readdirSync(join(repository, part), { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".ts"))
      .map((name) => plain(readFileSync(join(repository, part, name), "utf8"))),
  )
  .join("\n");

test("every check that an invariant names is there", () => {
  const invariants = plain(document.slice(document.indexOf("## Invariants")));
  const titles = [...invariants.matchAll(/"([^"]{6,})"/g)].map(([, title = ""]) => title);
  expect(titles.length).toBeGreaterThan(30);
  expect(titles.filter((title) => !tests.includes(title))).toEqual([]);
});
