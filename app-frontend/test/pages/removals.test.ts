import { afterEach, expect, it } from "@jest/globals";
import { type ReactNode, createElement } from "react";
import { accountOf, inSession, open, tokenResponseFor } from "../browser/site.tsx";
import type { GalleryImage } from "../../src/api/images.ts";
import { DeleteDialog } from "../../src/pages/gallery/delete-dialog.tsx";
import { Files } from "../../src/pages/projects/files.tsx";

const ignore = async () => {};
const file = { id: "f", name: "Lecture.mp3", bytes: 9, state: "stored", uses: 0 };
const image = { id: "i", name: "Silver" } as GalleryImage;

/** An API that takes one more removal in ten minutes. */
const limited = () =>
  Response.json({ code: "too_many_requests" }, { status: 429, headers: { "retry-after": "600" } });

let site: Awaited<ReturnType<typeof open>>;
afterEach(() => site.page.close());

it.each<[string, string, ReactNode]>([
  ["an image", "Delete for good", createElement(DeleteDialog, { image, onRemoved() {}, onClose() {} })],
  ["a file", "Delete", createElement(Files, { onUse: ignore, onClose() {} })],
])(
  "UPL-35 a removal of %s that comes too soon stays there, with when to try again",
  async (_, name, dialog) => {
    site = await open("/", {
      "POST /api/auth/refresh": () => tokenResponseFor(accountOf("ada")),
      "GET /api/media?limit=24": () => ({ items: [file] }),
      "DELETE /api/images/i": limited,
      "DELETE /api/media/f": limited,
    });
    const { page } = site;
    await page.render(inSession(site.session, dialog));
    await page.until(() => page.button(name));
    await page.press(page.button(name)!);
    await page.until(() => page.text().includes("Try again in"));
    expect(page.text()).toContain("Try again in 10 minutes.");
    expect(page.button(name)).toBeDefined();
  },
);
