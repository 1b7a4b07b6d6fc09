import { afterEach, expect, it } from "@jest/globals";
import { createElement } from "react";
import { show } from "../../browser/page.ts";
import { ApiError } from "../../../src/api/error.ts";
import type { GalleryImage } from "../../../src/api/images.ts";
import type { ImageListState } from "../../../src/pages/gallery/image-list.ts";
import { LoadMore } from "../../../src/pages/gallery/load-more.tsx";

const items = [{ id: "a" } as GalleryImage];
const error = new ApiError("unreachable");
const more = (state: Partial<ImageListState>) =>
  createElement(LoadMore, { items, status: "idle", complete: false, more: async () => {}, ...state });

let page: Awaited<ReturnType<typeof show>>;
afterEach(() => page.close());

it("moves the focus to the status when everything is shown", async () => {
  page = await show(more({}));
  page.button("Show more")!.focus();
  await page.render(more({ status: "loading" }));
  expect(page.focused().textContent).toBe("Show more");
  await page.render(more({ complete: true }));
  expect(page.focused()).toBe(page.all("p").at(-1));
  expect(page.focused().textContent).toBe("That is all: 1 picture.");
});

it("keeps the retry button while it loads, then moves the focus to the one that shows more", async () => {
  page = await show(more({}));
  page.button("Show more")!.focus();
  await page.render(more({ status: "failed", error }));
  expect(page.focused().textContent).toBe("Try again");
  await page.render(more({ status: "loading", error }));
  expect(page.focused().getAttribute("aria-disabled")).toBe("true");
  expect(page.focused().textContent).toBe("Try again");
  await page.render(more({}));
  expect(page.focused().textContent).toBe("Show more");
});
