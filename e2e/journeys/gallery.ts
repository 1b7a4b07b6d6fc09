import { expect, test } from "@jest/globals";
import type { Browser, Page } from "playwright-core";
import sharp from "sharp";
import { accessibilityViolations } from "../src/accessibility.ts";
import { watchFaults } from "../src/browser.ts";
import * as gallery from "../src/gallery.ts";
import { brokenPhotograph, photographs } from "../src/image-fixtures.ts";
import * as pages from "../src/pages.ts";
import { photograph } from "../src/photograph.ts";
import { newPerson } from "../src/people.ts";
import * as projects from "../src/projects.ts";
import { soundFile } from "../src/recordings.ts";
import type { PickedFile } from "../src/picked-file.ts";

interface Site {
  /** Opens the site in a new browser. */
  visit(work: (page: Page, browser: Browser) => Promise<void>): Promise<void>;
  /** Where a deploy says that the site is, if `visit` uses another address. */
  localUrl?(): string;
}

/** Two people and ten photographs, on a site without images. */
export function galleryTests({ visit, localUrl }: Site): void {
  test("two people add ten photographs of different kinds; each sees both people's", async () => {
    await visit(async (page, browser) => {
      const all = await photographs();
      const names = all.map(({ name }) => name);
      const [ada, ben] = [newPerson(await photograph(browser)), newPerson(await photograph(browser))];
      const faults = await watchFaults(page);
      await pages.createAccount(page, ada);
      await gallery.openGallery(page);
      await gallery.addPictures(page, [...all.slice(0, 5), await brokenPhotograph()], 1);
      expect(await page.locator(".uploads .field-error").innerText()).toMatch(/damaged or cut off/);

      const other = await browser.newPage({ baseURL: new URL(page.url()).origin });
      await pages.createAccount(other, ben);
      await gallery.openGallery(other);
      await gallery.addPictures(other, all.slice(5));

      for (const each of [page, other]) {
        await gallery.openGallery(each);
        expect((await gallery.shownPictures(each)).toSorted()).toEqual(names.toSorted());
      }
      await gallery.openGallery(other, gallery.paths.own);
      expect((await gallery.shownPictures(other)).toSorted()).toEqual(names.slice(5).toSorted());
      expect(faults.filter((fault) => !fault.includes("/complete"))).toEqual([]); // the broken one is a 422

      await downloadsWhatWasSent(other, all[1]!);
      await cannotTouch(other, ben, page);
      await deletesOwn(page, "web.webp");
    });
  });

  const atLocalUrl = localUrl === undefined ? test.skip : test;
  atLocalUrl("S3-10 a person adds and sees a picture at the URL that a deploy prints", async () => {
    await visit(async (_page, browser) => {
      const page = await browser.newPage({ baseURL: localUrl!() });
      const faults = await watchFaults(page);
      await pages.createAccount(page, newPerson(await photograph(browser)));
      await gallery.openGallery(page, gallery.paths.own);
      await gallery.addPictures(page, (await photographs()).slice(1, 2));
      expect(await gallery.shownPictures(page)).toEqual(["clear.png"]);
      await gallery.view(page, "clear.png");
      await gallery.remove(page);
      expect(faults).toEqual([]);
    });
  });
}

/** On a site with images. */
export function accessibilityTests(visit: Site["visit"]): void {
  test("axe finds no violation on any page", async () => {
    await visit(async (page, browser) => {
      const person = newPerson(await photograph(browser));
      const found: Record<string, string[]> = {};
      const look = async (name: string) => (found[name] = await accessibilityViolations(page));
      await pages.openCreateAccount(page);
      await look("create");
      for (const path of [pages.paths.signIn, pages.paths.forgot, "/reset", "/confirm", "/nowhere"]) {
        await page.goto(path);
        await page.getByRole("heading", { level: 1 }).waitFor();
        await look(path);
      }
      await pages.createAccount(page, person);
      await pages.shownAccount(page);
      await look("account");
      await gallery.openGallery(page);
      const [name = ""] = await gallery.shownPictures(page);
      await look("gallery");
      await gallery.view(page, name);
      await look("viewer");
      await projects.openProjects(page);
      await look("projects");
      await projects.createProject(page, "Optics");
      await projects.openProjects(page);
      await look("list of projects");
      await projects.openProject(page, "Optics");
      await look("project");
      await projects.addRecording(page, soundFile("lecture.wav", 10));
      await projects.addLine(page, 1, "Light");
      await projects.saved(page);
      await look("player");
      await projects.openVersions(page);
      await look("versions");
      await page.keyboard.press("Escape");
      await projects.moveToBin(page);
      await projects.openProjects(page, projects.paths.bin);
      await look("bin");
      expect(Object.values(found).flat()).toEqual([]);
      expect(Object.keys(found)).toHaveLength(15);
    });
  });
}

async function downloadsWhatWasSent(page: Page, sent: PickedFile): Promise<void> {
  await gallery.openGallery(page);
  await gallery.view(page, sent.name);
  const { name, bytes } = await gallery.download(page);
  expect(name).toBe(sent.name);
  const pixels = (image: Buffer) => sharp(image).ensureAlpha().raw().toBuffer();
  expect((await pixels(bytes)).equals(await pixels(sent.buffer))).toBe(true);
}

/** Every request that changes another person's image is answered as if it did not exist. */
async function cannotTouch(page: Page, { email, password }: pages.Person, owner: Page): Promise<void> {
  await gallery.openGallery(page);
  const answers = await page.evaluate(
    async (credentials) => {
      const headers = { "content-type": "application/json" };
      const body = JSON.stringify(credentials);
      const answer = await fetch("/api/auth/signin", { method: "POST", headers, body });
      const { accessToken } = (await answer.json()) as { accessToken: string };
      const authorization = `Bearer ${accessToken}`;
      const list = await fetch("/api/images?limit=100", { headers: { authorization } });
      const { items } = (await list.json()) as { items: { id: string; mine: boolean }[] };
      const tries = items
        .filter(({ mine }) => !mine)
        .flatMap(({ id }) => [
          fetch(`/api/images/${id}`, { method: "DELETE", headers: { authorization } }),
          fetch(`/api/images/${id}/complete`, { method: "POST", headers: { authorization } }),
        ]);
      return (await Promise.all(tries)).map(({ status }) => status);
    },
    { email, password },
  );
  expect(answers).toEqual(Array.from({ length: 10 }, () => 404));
  await gallery.openGallery(owner);
  expect(await gallery.shownPictures(owner)).toHaveLength(9);
}

async function deletesOwn(page: Page, name: string): Promise<void> {
  await gallery.openGallery(page);
  await gallery.view(page, name);
  await gallery.remove(page);
  await gallery.openGallery(page);
  const left = await gallery.shownPictures(page);
  expect(left).toHaveLength(8);
  expect(left).not.toContain(name);
}
