import { expect, test } from "@jest/globals";
import { files, read } from "./repository.ts";

const [, list = ""] = /^Never: (.*?)\. /m.exec(read("docs/style.md")) ?? [];
const words = [...list.matchAll(/`([^`]+)`/g)].map(([, word = ""]) => word);
const worst = new RegExp(`\\b(?:${words.join("|")})\\b`, "gi");

/** In documents. In code a string in quotation marks is a message, and counts. */
const quotations = /```[^]*?```|`[^`\n]*`|"[^"\n]*"/g;
const isData = /\.(?:png|svg)$|^package-lock\.json$|common-passwords/;

const wordsIn = (path: string) => {
  const text = read(path);
  return (path.endsWith(".md") ? text.replace(quotations, "") : text).match(worst) ?? [];
};

/** The most that is allowed; all other folders have none. */
const ceilings: Record<string, number> = {
  "ansible/test/nginx.ts": 1, // the user of that name
  e2e: 4, // the user of that name
  infra: 4, // in user-data, of which any change replaces hosts
};

test("the words are read from the document, and found in any case and as words alone", () => {
  expect(words).toHaveLength(6);
  expect(words.map((word) => `He ${word.toUpperCase()}, un${word}ed.`.match(worst)?.length)).toEqual(
    words.map(() => 1),
  );
});

test("the worst words are counted in all text of ours, and become fewer", () => {
  const found = new Map<string, string[]>();
  for (const path of files().filter((file) => !isData.test(file))) {
    const [folder = "", ...rest] = path.split("/");
    const part = rest.length > 0 && folder in ceilings ? folder : path;
    found.set(part, [...(found.get(part) ?? []), ...wordsIn(path)]);
  }
  const tooMany = [...found].filter(([part, those]) => those.length > (ceilings[part] ?? 0));
  expect(tooMany.map(([part, those]) => `${part}: ${those.length}`)).toEqual([]);
});
