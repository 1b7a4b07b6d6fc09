import { readFile } from "node:fs/promises";
import type { Page } from "playwright-core";
import type { PickedFile } from "./picked-file.ts";

export const paths = { all: "/gallery", own: "/gallery/mine" };

export async function openGallery(page: Page, path: string = paths.all): Promise<void> {
  await page.goto(path);
  await page.getByRole("heading", { level: 1, name: /^(Gallery|Your pictures)$/ }).waitFor();
}

/** Adds files, and waits until each is there or has failed. */
export async function addPictures(page: Page, files: readonly PickedFile[], failing = 0): Promise<void> {
  await page.getByLabel("Add pictures").setInputFiles([...files]);
  await page.locator(".uploads li").first().waitFor();
  const settled = ({ failed }: { failed: number }) =>
    document.querySelectorAll(".uploads progress").length === 0 &&
    document.querySelectorAll(".uploads .field-error").length === failed;
  await page.waitForFunction(settled, { failed: failing }, { timeout: 120_000 });
}

/** Names of the pictures that the gallery shows, each with its thumbnail loaded. */
export async function shownPictures(page: Page): Promise<string[]> {
  await page.getByText(/^That is all/).waitFor();
  return page.locator(".thumbnail img").evaluateAll(async (images) => {
    const all = images as HTMLImageElement[];
    for (const image of all) image.loading = "eager";
    await Promise.all(all.map((image) => image.decode()));
    return all.map((image) => image.alt);
  });
}

export async function view(page: Page, name: string): Promise<void> {
  await page.getByRole("button", { name, exact: true }).click();
  await page.getByRole("dialog").getByRole("heading", { name, exact: true }).waitFor();
}

/** What the browser saves of the picture that is viewed. */
export async function download(page: Page): Promise<{ name: string; bytes: Buffer }> {
  const [saved] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("dialog").getByRole("button", { name: "Download" }).click(),
  ]);
  return { name: saved.suggestedFilename(), bytes: await readFile(await saved.path()) };
}

/** Deletes the picture that is viewed. */
export async function remove(page: Page): Promise<void> {
  await page.getByRole("dialog").getByRole("button", { name: "Delete", exact: true }).click();
  await page.getByRole("button", { name: "Delete for good" }).click();
  await page.getByRole("button", { name: "Delete for good" }).waitFor({ state: "detached" });
}
