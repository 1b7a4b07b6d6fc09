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

it("says that it cannot be shown when no other URL is to be had", () => {
  expect(page.text()).toContain("Hills cannot be shown right now.");
});

it("keeps the button while it tries again, then the focus where the picture is", async () => {
  const button = page.button("Try again")!;
  await page.press(button);
  expect(page.focused()).toBe(button);
  expect(button.getAttribute("aria-disabled")).toBe("true");
  await page.after(() => asked[1]!.resolve());
  expect(img()!.getAttribute("src")).toBe("/old");
  expect(page.focused().contains(img()!)).toBe(true);
  expect(page.focused().nodeName).not.toBe("BODY");
});

it("is tried again when its URL is another one", async () => {
  await page.render(picture("/fresh"));
  expect(img()!.getAttribute("src")).toBe("/fresh");
});

it("is tried again when the connection is back, and asks for another URL if that fails", async () => {
  await page.after(() => window.dispatchEvent(new Event("online")));
  expect(asked).toHaveLength(1);
  await fail();
  expect(asked).toHaveLength(2);
});

it("asks for another URL once only", async () => {
  await page.after(() => window.dispatchEvent(new Event("online")));
  await fail();
  await page.after(() => asked[1]!.resolve());
  await fail();
  expect(asked).toHaveLength(2);
  expect(page.button("Try again")).toBeDefined();
});
