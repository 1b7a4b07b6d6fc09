import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { forgetSite, noteSite, siteShownAt } from "../../../local-cloud/emulator/site-origins.ts";

let parent: string;
let folder: string;
beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), "tintype-sites-"));
  folder = join(parent, "sites");
});
afterEach(() => rmSync(parent, { recursive: true }));

const blue = { origin: "http://blue.test", shownAt: "http://localhost:8080" };
const green = { origin: "http://green.test", shownAt: "http://localhost:8081" };

test("a site is found by where it is shown, and by nothing else", () => {
  expect(siteShownAt(blue.shownAt, folder)).toBeUndefined();
  noteSite("blue", blue, folder);
  noteSite("green", green, folder);
  expect(siteShownAt(blue.shownAt, folder)).toBe(blue.origin);
  expect(siteShownAt(green.shownAt, folder)).toBe(green.origin);
  for (const origin of ["http://localhost:8082", "http://localhost", blue.origin, "null", ""])
    expect(siteShownAt(origin, folder)).toBeUndefined();
});

test("a site that is shown elsewhere now, or is gone, is not at its old place", () => {
  noteSite("blue", blue, folder);
  noteSite("blue", { ...blue, shownAt: "http://localhost:9090" }, folder);
  expect(siteShownAt(blue.shownAt, folder)).toBeUndefined();
  expect(siteShownAt("http://localhost:9090", folder)).toBe(blue.origin);
  forgetSite("blue", folder);
  expect(siteShownAt("http://localhost:9090", folder)).toBeUndefined();
});
