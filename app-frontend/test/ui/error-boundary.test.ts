import { afterEach, expect, it, jest } from "@jest/globals";
import { Suspense, createElement, lazy } from "react";
import { show } from "../browser/page.ts";
import { ErrorBoundary } from "../../src/ui/error-boundary.tsx";

let page: Awaited<ReturnType<typeof show>>;
afterEach(async () => {
  await page.close();
  jest.restoreAllMocks();
});

it("SLS-66 a page whose parts are gone asks to be reloaded, and keeps drafts", async () => {
  const shown = jest.spyOn(console, "error").mockImplementation(() => {}); // React reports what it catches
  const Gone = lazy(() => Promise.reject(new TypeError("Failed to fetch dynamically imported module")));
  const waiting = createElement("p", {}, "Loading");
  page = await show(waiting);
  window.localStorage.setItem("tintype-draft ada p t", "{}");
  const part = createElement(Suspense, { fallback: waiting }, createElement(Gone));
  await page.render(createElement(ErrorBoundary, {}, part));
  await page.until(() => page.button("Reload"));
  expect(page.text()).toContain("Try reloading the page.");
  expect(page.button("Reload")).toBeDefined();
  expect(window.localStorage.getItem("tintype-draft ada p t")).toBe("{}");
  expect(shown).toHaveBeenCalled();
});
