import { expect, it } from "@jest/globals";
import type { GalleryImage } from "../../../src/api/images.ts";
import { shownImage } from "../../../src/pages/gallery/shown-image.ts";

const images = (...ids: string[]) => ids.map((id) => ({ id }) as GalleryImage);

it("shows the chosen image, wherever it is now", () => {
  expect(shownImage(images("new", "a", "b"), { id: "b", at: 1 })).toEqual({ image: { id: "b" }, at: 2 });
});

it("shows the image at the index of one that was removed", () => {
  expect(shownImage(images("a", "c"), { id: "b", at: 1 })).toEqual({ image: { id: "c" }, at: 1 });
});

it("shows the last image when the last one was removed", () => {
  expect(shownImage(images("a"), { id: "b", at: 1 })).toEqual({ image: { id: "a" }, at: 0 });
});

it("shows nothing when nothing is chosen or left", () => {
  expect(shownImage(images("a"), undefined)).toBeUndefined();
  expect(shownImage([], { id: "a", at: 0 })).toBeUndefined();
});
