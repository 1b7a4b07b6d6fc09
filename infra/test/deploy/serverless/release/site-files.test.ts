import { expect, test } from "@jest/globals";
import { headersOf, rootFiles } from "../../../../deploy/serverless/release/site-files.ts";

test("SLS-63 the page comes last: it names the others", () => {
  const paths = ["index.html", "robots.txt", "assets/index-B1.js", "favicon.svg", "manifest.webmanifest"];
  expect(rootFiles(paths)).toEqual(["favicon.svg", "manifest.webmanifest", "robots.txt", "index.html"]);
});

test.each([
  ["assets/index-B1.js", "text/javascript; charset=utf-8", "public, max-age=31536000, immutable"],
  ["assets/index-B1.css", "text/css; charset=utf-8", "public, max-age=31536000, immutable"],
  ["index.html", "text/html; charset=utf-8", "no-cache"],
  ["favicon.svg", "image/svg+xml", "no-cache"],
  ["LICENSE", "application/octet-stream", "no-cache"],
])("%s is %s and cached as %s", (path, ContentType, CacheControl) => {
  expect(headersOf(path)).toEqual({ ContentType, CacheControl });
});
