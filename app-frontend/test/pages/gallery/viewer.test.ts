import { afterEach, expect, it } from "@jest/globals";
import { createElement } from "react";
import { show } from "../../browser/page.ts";
import { inSession } from "../../browser/site.tsx";
import { ApiError } from "../../../src/api/error.ts";
import * as api from "../../../src/api/account.ts";
import { browserClock } from "../../../src/session/clock.ts";
import type { GalleryImage } from "../../../src/api/images.ts";
import { imageList } from "../../../src/pages/gallery/image-list.ts";
import { Viewer } from "../../../src/pages/gallery/viewer.tsx";
import { sessionStore } from "../../../src/session/store.ts";
import { productName } from "../../../src/product.ts";

const key = { get: () => "key", drop() {} };
const hint = { isSet: () => false, set() {}, clear() {} };
const session = sessionStore(api, browserClock, hint, key, () => {});
const image = (id: string) =>
  ({
    id,
    name: id,
    createdAt: "2026-03-03T12:00:00Z",
    imageUrl: `/${id}`,
    thumbnailUrl: `/${id}/t`,
  }) as GalleryImage;

let page: Awaited<ReturnType<typeof show>>;
afterEach(() => page.close());

it("shows why there is no next picture when loading fails, and tries again", async () => {
  let away = true;
  const list = imageList({
    page: async (cursor) => {
      if (!cursor) return { items: [image("a")], cursor: "1" };
      if (away) throw new ApiError("unreachable");
      return { items: [image("b")] };
    },
    image: async (id) => image(id),
  });
  const viewer = () => {
    const images = { ...list, ...list.getState() };
    const onClose = () => {};
    return inSession(
      session,
      createElement(Viewer, { image: image("a"), at: 0, images, onShow() {}, onClose }),
    );
  };
  await list.more();
  page = await show(viewer());
  await page.render(viewer());
  expect(page.text()).toContain(`${productName} cannot be reached.`);
  away = false;
  await page.press(page.button("Try again")!);
  await page.render(viewer());
  expect(page.text()).not.toContain(`${productName} cannot be reached.`);
  expect(page.button("Next")!.getAttribute("aria-disabled")).toBe("false");
});
