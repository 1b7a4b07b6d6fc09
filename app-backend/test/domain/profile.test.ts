import { describe, expect, test } from "@jest/globals";
import { pictureLinkFault } from "../../src/domain/profile.ts";

describe("a link to a picture", () => {
  test.each([
    "",
    "https://a.example/b.png",
    "http://a.example",
    "HTTPS://a.example/?b=c#d",
    "https://日本.example/é",
  ])("%j is one", (text) => expect(pictureLinkFault(text)).toBeUndefined());

  test.each([
    "javascript:alert(1)",
    " https://a.example",
    "https://a.example/ b",
    "java\nscript:alert(1)",
    "data:image/svg+xml,<svg onload=alert(1)>",
    "//a.example/b.png",
    "/b.png",
    "https:a.example",
    "https://",
    "https:\\\\a.example",
    "https://user:word@a.example/",
  ])("%j is none", (text) => expect(pictureLinkFault(text)).toEqual(expect.any(String)));
});
