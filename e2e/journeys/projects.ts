import { expect, test } from "@jest/globals";
import type { Browser, Page } from "playwright-core";
import { accessibilityViolations } from "../src/accessibility.ts";
import { watchFaults } from "../src/browser.ts";
import { picture } from "../src/api-user.ts";
import * as pages from "../src/pages.ts";
import { newPerson } from "../src/people.ts";
import * as projects from "../src/projects.ts";
import { recordedVideo, soundFile } from "../src/recordings.ts";
import { waitFor } from "../src/wait-for.ts";

interface Site {
  /** Opens the site in a new browser. */
  visit(work: (page: Page, browser: Browser) => Promise<void>): Promise<void>;
  readonly origin: () => string;
  /** Whether to try too what the page does by itself, whatever is behind it. */
  readonly triesPage: boolean;
  /** The keys of the bucket's objects under a prefix. */
  keys(prefix: string): Promise<string[]>;
}

const minuteMs = 60_000;
const lecture = soundFile("lecture.wav", 60);

/** A person with notes about a lecture, on a site of any stack. */
export function projectTests({ origin, triesPage, visit, keys }: Site): void {
  let person: pages.Person | undefined;

  /** Signed in, at the list of projects. */
  async function atProjects(work: (page: Page, faults: string[]) => Promise<void>): Promise<void> {
    await visit(async (_page, browser) => {
      const context = await browser.newContext({ baseURL: origin() });
      const page = await context.newPage();
      const faults = await watchFaults(page);
      if (person === undefined) {
        const known = await newcomer();
        await pages.createAccount(page, known);
        person = known;
      } else await pages.signIn(page, person);
      await projects.openProjects(page);
      await work(page, faults);
    });
  }

  test("a person stamps notes while a lecture plays, and goes back to its places by the stamps", async () => {
    await atProjects(async (page, faults) => {
      await projects.createProject(page, "Optics 1");
      await projects.addRecording(page, lecture);
      await projects.togglePlayer(page);
      await projects.playedTo(page, 1);
      await projects.line(page, 1).press("Enter"); // an empty line gets the stamp itself
      await page.keyboard.type("Light");
      await projects.playedTo(page, 2.5);
      await projects.addLine(page, 1, "A lens, * and a _mirror_");
      await projects.saved(page);
      const written = await projects.shownNotes(page);
      expect(written.map(({ text }) => text)).toEqual(["Light", "A lens, * and a _mirror_"]);
      expect(written.map(({ stamps }) => stamps)).toEqual([
        [expect.stringMatching(/^00:0[1-9]$/)],
        [expect.stringMatching(/^00:0[2-9]$/)],
      ]);

      await projects.openProjects(page);
      await projects.openProject(page, "Optics 1");
      await projects.playable(page);
      expect(await projects.shownNotes(page)).toEqual(written);
      const [, [stamp = ""] = []] = written.map(({ stamps }) => stamps);
      const second = Number(stamp.slice(-2));
      const clickedAt = performance.now();
      await projects.clickStamp(page, stamp);
      await projects.playedTo(page, second);
      const { place } = await projects.playing(page);
      expect(place).toBeLessThan(second + 1 + (performance.now() - clickedAt) / 1000);

      const file = await projects.markdown(page);
      expect(file.name).toBe("Optics 1.md");
      expect(file.text).toContain(`**${stamp}** A lens, \\* and a \\_mirror\\_`);
      expect(faults).toEqual([]);
    });
  });

  test("PRJ-44 a player whose URL has expired goes on at its place", async () => {
    await atProjects(async (page) => {
      await page.clock.install();
      await page.reload();
      await projects.openProject(page, "Optics 1");
      await projects.playable(page);
      await projects.togglePlayer(page);
      await projects.playedTo(page, 2);
      await projects.togglePlayer(page);
      const before = await projects.playing(page);
      const urls = await spoilNextUrl(page);
      await page.clock.fastForward(70 * minuteMs);
      await projects.togglePlayer(page);
      await waitFor("a URL that works was requested", async () => urls.requested === 2, minuteMs);
      await projects.playable(page);
      await projects.playedTo(page, before.place + 1);
      expect((await projects.playing(page)).place).toBeLessThan(before.place + 20); // neither at the beginning nor at the end
      expect(urls.requested).toBe(2);
      expect(urls.refused).toBeGreaterThan(0);
    });
  });

  test("PRJ-53 a project comes back from the bin with its notes, or is deleted for good", async () => {
    await atProjects(async (page) => {
      for (const title of ["Draft", "Mistake"]) {
        await projects.createProject(page, title);
        await projects.line(page, 1).fill(`notes of ${title}`);
        await projects.moveToBin(page);
      }
      expect(await projects.shownProjects(page)).toEqual(["Optics 1"]);
      expect(await projects.shownProjects(page, projects.paths.bin)).toEqual(["Mistake", "Draft"]);
      await projects.restore(page, "Draft");
      await projects.deleteForGood(page, "Mistake");
      expect(await projects.shownProjects(page, projects.paths.bin)).toEqual([]);
      expect((await projects.shownProjects(page)).toSorted()).toEqual(["Draft", "Optics 1"]);
      await projects.openProject(page, "Draft");
      expect(await projects.textsOf(page)).toEqual(["notes of Draft"]);
    });
  });

  test("PRJ-41 a file of several projects is one object, which goes with the account", async () => {
    await visit(async (page, browser) => {
      const leaver = await newcomer();
      const video = await recordedVideo(browser);
      await pages.createAccount(page, leaver);
      await projects.openProjects(page);
      for (const [title, name] of [
        ["First", "board.webm"],
        ["Second", "the same.webm"],
      ] as const) {
        await projects.createProject(page, title);
        await projects.addRecording(page, { ...video, name });
        await projects.openProjects(page);
      }
      await projects.createProject(page, "Third");
      const files = await projects.openFiles(page);
      expect(await files.getByRole("listitem").allInnerTexts()).toEqual([
        expect.stringMatching(/^board\.webm.* in 2 projects/s),
      ]);
      await files.getByRole("button", { name: /^Use/ }).click();
      await projects.playable(page);
      await projects.line(page, 1).fill("kept");
      await projects.saved(page);

      const { id } = await pages.accountOf(page, leaver);
      const own = async () =>
        (await Promise.all([keys(`media/${id}/`), keys(`notes/${id}/`)])).map(({ length }) => length);
      expect(await own()).toEqual([1, expect.any(Number)]);
      expect((await own())[1]).toBeGreaterThanOrEqual(4); // three empty notes, and one that was written
      await page.goto(pages.paths.account);
      await pages.removeAccount(page, leaver.password);
      await waitFor("nothing is left", async () => (await own()).every((count) => count === 0), minuteMs);
    });
  });

  if (!triesPage) return;

  test("PRJ-21 two tabs that edit one note lose neither text", async () => {
    await atProjects(async (page) => {
      const other = await page.context().newPage();
      await projects.openProject(page, "Optics 1");
      await other.goto(new URL(page.url()).pathname);
      await projects.isOpen(other, "Optics 1");

      await typeInBoth(page, other, "of the first tab", "of the second tab");
      expect(await projects.conflict(other)).toEqual({
        yours: expect.stringContaining("of the second tab"),
        theirs: expect.stringContaining("of the first tab"),
      });
      expect(await accessibilityViolations(other)).toEqual([]);
      await projects.keepCopy(other);
      await projects.saved(other);
      expect(await projects.textsOf(other)).toEqual(await projects.textsOf(page));
      await other.getByRole("link", { name: "Optics 1 (copy)" }).click();
      await projects.isOpen(other, "Optics 1 (copy)");
      expect((await projects.textsOf(other)).join()).toContain("of the second tab");
      await projects.playable(other); // the copy has the same file

      await other.goBack();
      await projects.isOpen(other, "Optics 1");
      await typeInBoth(page, other, "once more", "in vain");
      await projects.takeTheirs(other);
      await projects.saved(other);
      expect(await projects.textsOf(other)).toEqual(await projects.textsOf(page));
      expect((await projects.textsOf(page)).join()).toContain("once more");
    });
  });

  test("PRJ-17 PRJ-24 text that is typed offline, or before its tab is closed, is saved later", async () => {
    await atProjects(async (page) => {
      const context = page.context();
      await projects.createProject(page, "Offline");
      const path = new URL(page.url()).pathname;
      await context.setOffline(true);
      await projects.line(page, 1).fill("typed offline");
      await projects.reports(page, "Not saved");
      expect(await page.locator(".save-status").innerText()).toContain("Your text is kept in this browser.");
      await context.setOffline(false);
      await projects.saved(page);

      await context.route("**/notes", (route) => route.abort());
      await projects.line(page, 1).fill("typed before the tab was closed");
      await projects.reports(page, "Not saved");
      await page.close();
      await context.unroute("**/notes");
      const next = await context.newPage();
      await next.goto(path);
      await projects.isOpen(next, "Offline");
      await projects.saved(next);
      expect(await projects.textsOf(next)).toEqual(["typed before the tab was closed"]);
      await next.reload();
      await projects.isOpen(next, "Offline");
      expect(await projects.textsOf(next)).toEqual(["typed before the tab was closed"]);
    });
  });

  test("fits a phone and a window at 400 %", async () => {
    await atProjects(async (page) => {
      const wide = new Map<string, number>();
      for (const [width, height] of [
        [360, 640],
        [320, 256], // 1280 x 1024 at 400 %
      ] as const) {
        await page.setViewportSize({ width, height });
        const look = async (what: string) => wide.set(`${what} at ${width}`, await projects.overflow(page));
        await projects.openProjects(page, projects.paths.bin);
        await look("bin");
        await projects.openProjects(page);
        await look("list");
        await projects.openProject(page, "Optics 1");
        await projects.playable(page);
        await look("project");
        await projects.openProjects(page);
        await projects.openProject(page, "Draft");
        await projects.openFiles(page);
        await look("files");
      }
      expect(wide.size).toBe(8);
      expect([...wide].filter(([, pixels]) => pixels > 0)).toEqual([]);
    });
  });
}

async function newcomer(): Promise<pages.Person> {
  return newPerson({ name: "small.png", mimeType: "image/png", buffer: await picture() });
}

/** Different text at the end of the first line of both, before either is saved. The second is saved last. */
async function typeInBoth(first: Page, second: Page, one: string, other: string): Promise<void> {
  for (const [tab, text] of [
    [first, one],
    [second, other],
  ] as const) {
    await projects.line(tab, 1).press("End");
    await tab.keyboard.type(` ${text}`);
  }
  await second.getByRole("heading", { name: "This project was changed elsewhere" }).waitFor();
}

/** Makes the next URL of media one that the bucket itself refuses. Counts the URLs, and what it refuses. */
async function spoilNextUrl(page: Page): Promise<{ requested: number; refused: number }> {
  const urls = { requested: 0, refused: 0 };
  const isSpoiled = (url: string) => url.includes("X-Amz-Expires=1&");
  page.on("response", (answer) => {
    if (/\/api\/media\/[\w-]+\/url$/.test(answer.url())) urls.requested += 1;
    if (isSpoiled(answer.url()) && answer.status() === 403) urls.refused += 1;
  });
  // Chromium shows a player no status of another origin: net::ERR_BLOCKED_BY_ORB.
  page.on("requestfailed", (request) => {
    if (isSpoiled(request.url())) urls.refused += 1;
  });
  await page.evaluate(() => {
    const { fetch } = window;
    window.fetch = async (...request) => {
      const answer = await fetch(...request);
      if (!answer.url.endsWith("/url")) return answer;
      window.fetch = fetch;
      const text = await answer.text();
      return new Response(text.replace(/X-Amz-Expires=\d+&/, "X-Amz-Expires=1&"), answer);
    };
  });
  return urls;
}
