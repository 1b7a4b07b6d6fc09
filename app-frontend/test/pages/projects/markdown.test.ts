import { expect, it } from "@jest/globals";
import { blockOf } from "../../../src/pages/projects/blocks.ts";
import { markdownOf } from "../../../src/pages/projects/markdown.ts";

const project = { title: "A talk", src: null, media: null };
const bodyOf = (text: string) => markdownOf(project, [blockOf(text)]).slice("# A talk\n\n".length, -1);

it("has the title, the file and a paragraph for each line", () => {
  const media = { id: "m", name: "talk_1.mp3", bytes: 1 };
  const notes = [blockOf("first", { label: "00:08", value: 8 }), blockOf("second\nthird"), blockOf("")];
  expect(markdownOf({ ...project, media }, notes)).toBe(
    "# A talk\n\nFile: talk\\_1.mp3\n\n**00:08** first\n\nsecond\\\nthird\n",
  );
});

it("links the places of a video, and nothing that a person wrote", () => {
  const src = "https://www.youtube.com/watch?v=abcdefghijk";
  const notes = [blockOf("x", { label: "01:01", value: 61.5 })];
  expect(markdownOf({ ...project, src }, notes)).toBe(`# A talk\n\n<${src}>\n\n[01:01](${src}&t=61s) x\n`);
});

it.each([
  ["# x", "\\# x"],
  ["- [ ] y", "\\- \\[ \\] y"],
  ["+ y", "\\+ y"],
  ["1. z", "1\\. z"],
  ["12) z", "12\\) z"],
  ["> q", "\\> q"],
  ["---", "\\---"],
  ["===", "\\==="],
  ["```", "\\`\\`\\`"],
  ["~~~", "\\~\\~\\~"],
  ["    code", "code"],
  ["<script>", "\\<script\\>"],
  ["&lt;", "\\&lt;"],
  ["![](http://t.example/p)", "\\!\\[\\](http\\://t.example/p)"],
  ["[a](javascript:1)", "\\[a\\](javascript:1)"],
  ["a|b", "a\\|b"],
  ["*a* _b_ $c$ \\", "\\*a\\* \\_b\\_ \\$c\\$ \\\\"],
  ["www.example.com a@b.example", "www\\.example.com a\\@b.example"],
  ["a\n# b", "a\\\n\\# b"],
  ["a\n:-", "a\\\n\\:-"], // a table on GitHub
])("PRJ-58 writes %j so that a renderer shows the same text", (text, markdown) => {
  expect(bodyOf(text)).toBe(markdown);
});

it("PRJ-58 escapes titles and labels too", () => {
  const hostile = blockOf("", { label: "<img onerror>\n# x", value: 1 });
  expect(markdownOf({ ...project, title: "a # *b* #" }, [hostile])).toBe(
    "# a \\# \\*b\\* \\#\n\n**\\<img onerror\\> \\# x**\n",
  );
});
