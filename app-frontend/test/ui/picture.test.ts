import { afterEach, beforeEach, expect, it } from "@jest/globals";
import { createElement } from "react";
import { show } from "../browser/page.ts";
import { Picture } from "../../src/ui/picture.tsx";

let page: Awaited<ReturnType<typeof show>>;
let asked: { resolve: () => void; reject: (reason: Error) => void }[];

const picture = (src: string) =>
  createElement(Picture, {
    src,
    alt: "Hills",
    onStale: () => new Promise<void>((resolve, reject) => asked.push({ resolve, reject })),
  });
const img = () => page.all("img")[0];
const fail = () => page.after(() => img()!.dispatchEvent(new Event("error")));

beforeEach(async () => {
  asked = [];
  page = await show(picture("/old"));
  await fail();
  await page.after(() => asked[0]!.reject(new Error("offline")));
});
afterEach(() => page.close());

it("shows that it cannot be loaded when no other URL is available", () => {
  expect(page.text()).toContain("Hills cannot be shown right now.");
});

it("keeps the button during a retry, then moves the focus to the picture", async () => {
  const button = page.button("Try again")!;
  await page.press(button);
  expect(page.focused()).toBe(button);
  expect(button.getAttribute("aria-disabled")).toBe("true");
  await page.after(() => asked[1]!.resolve());
  expect(img()!.getAttribute("src")).toBe("/old");
  expect(page.focused().contains(img()!)).toBe(true);
  expect(page.focused().nodeName).not.toBe("BODY");
});

it("is tried again when its URL changes", async () => {
  await page.render(picture("/fresh"));
  expect(img()!.getAttribute("src")).toBe("/fresh");
});

it("is tried again when the browser is online, and requests another URL if that fails", async () => {
  await page.after(() => window.dispatchEvent(new Event("online")));
  expect(asked).toHaveLength(1);
  await fail();
  expect(asked).toHaveLength(2);
});

it("requests another URL only once", async () => {
  await page.after(() => window.dispatchEvent(new Event("online")));
  await fail();
  await page.after(() => asked[1]!.resolve());
  await fail();
  expect(asked).toHaveLength(2);
  expect(page.button("Try again")).toBeDefined();
});
