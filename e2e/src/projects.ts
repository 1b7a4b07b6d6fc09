import { readFile } from "node:fs/promises";
import type { Locator, Page } from "playwright-core";
import type { PickedFile } from "./picked-file.ts";

export const paths = { all: "/projects", bin: "/projects/bin" };

const button = (page: Page, name: string | RegExp) =>
  page.getByRole("button", typeof name === "string" ? { name, exact: true } : { name });

export async function openProjects(page: Page, path: string = paths.all): Promise<void> {
  await page.goto(path);
  await page.getByText(/^(That is all|You have no projects yet|The bin is empty)/).waitFor();
}

/** From the list to a new project. */
export async function createProject(page: Page, title: string): Promise<void> {
  await button(page, "New project").click();
  await page.getByLabel("Title", { exact: true }).fill(title);
  await button(page, "Create").click();
  await isOpen(page, title);
}

/** From the list to one of its projects. */
export async function openProject(page: Page, title: string): Promise<void> {
  await page.getByRole("link", { name: title, exact: true }).click();
  await isOpen(page, title);
}

/** Waits until a project can be edited, or is shown. */
export async function isOpen(page: Page, title: string): Promise<void> {
  await page.getByRole("heading", { level: 1, name: title, exact: true }).waitFor();
  await page.getByRole("list", { name: "Notes" }).or(page.locator(".conflict")).waitFor();
}

/** Adds a file to the project, and waits until its player knows it. */
export async function addRecording(page: Page, file: PickedFile): Promise<void> {
  await page.getByLabel("Add a file", { exact: true }).setInputFiles(file);
  await playable(page);
}

/** Waits until the player could play. */
export async function playable(page: Page): Promise<void> {
  await player(page).waitFor();
  await page.waitForFunction(() => document.querySelector<HTMLMediaElement>("audio, video")!.readyState > 0);
}

export const player = (page: Page) => page.locator("audio, video");

/** What the player does. */
export function playing(page: Page) {
  return player(page).evaluate((element) => {
    const { currentTime, paused } = element as HTMLMediaElement;
    return { place: currentTime, isPlaying: !paused };
  });
}

/** Waits until it plays, and is after a place. */
export async function playedTo(page: Page, seconds: number): Promise<void> {
  const arrived = (to: number) => {
    const { paused, currentTime } = document.querySelector<HTMLMediaElement>("audio, video")!;
    return !paused && currentTime >= to;
  };
  await page.waitForFunction(arrived, seconds, { polling: 100 });
}

export const togglePlayer = (page: Page) => button(page, /^Play\/pause/).click();

/** The field of a line. The first is 1. */
export const line = (page: Page, number: number): Locator =>
  page
    .getByRole("list", { name: "Notes" })
    .getByRole("textbox")
    .nth(number - 1);

/** Begins a line at the end of another one. */
export async function addLine(page: Page, after: number, text: string): Promise<void> {
  await line(page, after).press("End");
  await page.keyboard.press("Enter");
  await page.keyboard.type(text);
}

/** Stamps and text of each line. */
export function shownNotes(page: Page): Promise<{ stamps: string[]; text: string }[]> {
  return page.locator(".line").evaluateAll((lines) =>
    lines.map((each) => ({
      stamps: [...each.querySelectorAll(".stamp bdi")].map(({ textContent }) => textContent ?? ""),
      text: each.querySelector("textarea")?.value ?? "",
    })),
  );
}

export async function textsOf(page: Page): Promise<string[]> {
  return (await shownNotes(page)).map(({ text }) => text);
}

/** Waits until the page reports a state of saving, in these words. */
export async function reports(page: Page, words: string): Promise<void> {
  await page.locator(".save-status").getByText(words, { exact: true }).first().waitFor();
}

export const saved = (page: Page) => page.locator(".save-status > p.small", { hasText: /^Saved$/ }).waitFor();

export async function clickStamp(page: Page, label: string): Promise<void> {
  await button(page, `Go to ${label}`).click();
}

/** The two texts of a conflict. */
export async function conflict(page: Page): Promise<{ yours: string; theirs: string }> {
  const text = (label: string) => page.getByRole("region", { name: label, exact: true }).innerText();
  return { yours: await text("Your text"), theirs: await text("Their text") };
}

export const keepCopy = (page: Page) => button(page, "Keep mine as a copy").click();
export const takeTheirs = (page: Page) => button(page, "Take theirs, drop mine").click();

/** From a project to the list. */
export async function moveToBin(page: Page): Promise<void> {
  await button(page, "Move to bin").click();
  await page.getByRole("heading", { level: 1, name: "Projects", exact: true }).waitFor();
}

/** From anywhere: takes a project out of the bin. */
export async function restore(page: Page, title: string): Promise<void> {
  await openProjects(page, paths.bin);
  await button(page, `Restore ${title}`).click();
  await page.getByRole("link", { name: title, exact: true }).waitFor({ state: "detached" });
}

export async function deleteForGood(page: Page, title: string): Promise<void> {
  await openProjects(page, paths.bin);
  const item = page
    .getByRole("listitem")
    .filter({ has: page.getByRole("link", { name: title, exact: true }) });
  await item.getByRole("button", { name: /^Delete for good/ }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Delete for good", exact: true }).click();
  await page.getByRole("link", { name: title, exact: true }).waitFor({ state: "detached" });
}

/** The titles that the list shows. */
export async function shownProjects(page: Page, path: string = paths.all): Promise<string[]> {
  await openProjects(page, path);
  return page.locator(".project-title").allInnerTexts();
}

/** The file that the browser saves of the project as Markdown. */
export async function markdown(page: Page): Promise<{ name: string; text: string }> {
  const [file] = await Promise.all([page.waitForEvent("download"), button(page, "Save as Markdown").click()]);
  return { name: file.suggestedFilename(), text: await readFile(await file.path(), "utf8") };
}

/** The files of the account, in the dialog of a project without media. */
export async function openFiles(page: Page): Promise<Locator> {
  await button(page, "Choose from your files").click();
  const dialog = page.getByRole("dialog", { name: "Your files" });
  await dialog.getByRole("listitem").first().waitFor();
  return dialog;
}

export async function openVersions(page: Page): Promise<void> {
  await button(page, "Versions").click();
  await page.getByRole("dialog", { name: "Versions" }).getByRole("listitem").first().waitFor();
}

/** How far the page can be scrolled to the side, in pixels. */
export function overflow(page: Page): Promise<number> {
  return page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    return scrollWidth - clientWidth;
  });
}
