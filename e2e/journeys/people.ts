import { setTimeout } from "node:timers/promises";
import { expect, test } from "@jest/globals";
import type { Browser, Page } from "playwright-core";
import { watchFaults } from "../src/browser.ts";
import { newPerson, ownPage } from "../src/people.ts";
import { renamedText, wordDocument } from "../src/picked-file.ts";
import * as pages from "../src/pages.ts";
import { photograph } from "../src/photograph.ts";
import { waitFor } from "../src/wait-for.ts";

interface Site {
  /** Opens the site in a new browser. */
  visit(work: (page: Page, browser: Browser) => Promise<void>): Promise<void>;
  /** A person who has an account. */
  readonly person: () => pages.Person;
  /** The name of the cookie with the refresh token. */
  readonly refreshCookie: RegExp;
  /** The code that was last mailed to an address to reset its password; empty if there is none yet. */
  readonly resetCode: (email: string) => Promise<string>;
  /** Registers past the page, with a file that is labelled as PNG. */
  readonly register: (
    page: Page,
    person: pages.Person,
  ) => Promise<{ status: number; code?: string | undefined }>;
}

const minuteMs = 60_000;
const tooYoungToRotateMs = 11_000;

/** The first person to come; `keep` is given them, for what follows. */
export function firstPersonTest(visit: Site["visit"], keep: (person: pages.Person) => void): void {
  test("lets a person create an account, stay signed in, sign out and sign in, without a fault", async () => {
    await visit(async (page, browser) => {
      const faults = await watchFaults(page);
      const newcomer = newPerson(await photograph(browser));
      await pages.createAccount(page, newcomer);
      keep(newcomer);
      expect(await pages.shownAccount(page)).toEqual(ownPage(newcomer));
      await page.reload();
      expect(await pages.shownAccount(page)).toEqual(ownPage(newcomer));
      await pages.signOut(page);
      await pages.signIn(page, newcomer);
      expect(await pages.shownAccount(page)).toEqual(ownPage(newcomer));
      expect(faults).toEqual([]);
    });
  });
}

/** What the page does by itself, whatever is behind it. */
export function pageTests({
  origin,
  visit,
  person,
}: Pick<Site, "visit" | "person"> & { readonly origin: () => string }): void {
  test.each([
    ["that tell each other", ""],
    ["that cannot tell each other", "delete window.BroadcastChannel"],
  ])("SESS-12 keeps five tabs signed in that wake at expiry, %s", async (_how, script) => {
    await visit(async (_page, browser) => {
      const context = await browser.newContext({ baseURL: origin() });
      await context.addInitScript(script);
      await context.clock.install();
      const tabs = await Promise.all(Array.from({ length: 5 }, () => context.newPage()));
      await pages.signIn(tabs[0]!, person());
      for (const tab of tabs.slice(1)) await tab.goto(pages.paths.account);
      for (const tab of tabs) expect(await pages.shownAccount(tab)).toEqual(ownPage(person()));
      await setTimeout(tooYoungToRotateMs); // the server's clock stays
      const renewals: number[] = [];
      context.on("response", (answer) => {
        if (answer.url().endsWith("/api/auth/refresh")) renewals.push(answer.status());
      });
      await context.clock.fastForward(11 * minuteMs);
      await waitFor("a tab has renewed the session", async () => renewals.length > 0, minuteMs);
      for (const tab of tabs) {
        await tab.reload();
        expect(await pages.shownAccount(tab)).toEqual(ownPage(person()));
      }
      // 409: another tab was faster, and its cookie is used a second later
      expect(renewals.filter((status) => status !== 200 && status !== 409)).toEqual([]);
    });
  });

  test.each(['"><img src=x onerror=alert(1)>', "javascript:alert(1)", "<script>alert(1)</script>"])(
    "WEB-04 shows the name %s as the text that it is",
    async (firstName) => {
      await visit(async (page) => {
        const faults = await watchFaults(page);
        page.on("dialog", (dialog) => {
          faults.push(`dialog: ${dialog.message()}`);
          void dialog.dismiss();
        });
        await pages.signIn(page, person());
        await pages.saveFirstName(page, firstName);
        await page.reload();
        expect(await pages.shownFirstName(page)).toBe(firstName);
        expect(await page.locator("img[src=x], main script").count()).toBe(0);
        expect(faults).toEqual([]);
      });
    },
  );
}

/** What people do with their accounts, from one browser or several. */
export function peopleTests({ visit, person, refreshCookie, resetCode, register }: Site): void {
  test("WEB-05, SLS-75 leaves no token in any storage of the browser, signed in or out", async () => {
    await visit(async (page) => {
      await pages.signIn(page, person());
      expect(await pages.storedText(page)).not.toMatch(/eyJ/);
      const cookies = await page.context().cookies();
      const name = expect.stringMatching(refreshCookie);
      expect(cookies).toMatchObject([{ name, httpOnly: true, sameSite: "Strict", path: "/" }]);
      expect(await page.evaluate("document.cookie")).toBe("");
      await pages.signOut(page);
      expect(await pages.storedText(page)).not.toMatch(/eyJ/);
      expect(await page.context().cookies()).toEqual([]);
    });
  });

  test("lets a person who forgot the password choose another, end other sessions, and leave for good", async () => {
    await visit(async (page, browser) => {
      const leaver = newPerson(await photograph(browser));
      await pages.createAccount(page, leaver);
      await pages.signOut(page);
      await pages.askForCode(page, leaver.email);
      const code = await waitFor("the code was mailed", () => resetCode(leaver.email), minuteMs);
      const password = `${leaver.password} again`;
      await pages.resetPassword(page, { code, password });
      await pages.signIn(page, { ...leaver, password });
      const other = await browser.newPage({ baseURL: new URL(page.url()).origin });
      await pages.signIn(other, { ...leaver, password });
      expect(await pages.shownSessions(page)).toBe(1); // asked for when the page opened
      await page.reload();
      expect(await pages.shownSessions(page)).toBe(2);
      await pages.endOtherSession(page);
      await other.reload();
      await pages.signInPage(other);
      await pages.removeAccount(page, password);
      const { status } = await pages.trySignIn(page, { email: leaver.email, password });
      expect(status).toBe(401);
    });
  });

  test.each([
    ["a Word document", wordDocument],
    ["a text that is called .png", renamedText],
  ])("refuses %s as a picture, in the page and behind it", async (_what, file) => {
    await visit(async (page) => {
      await pages.openCreateAccount(page);
      await pages.pickPicture(page, file);
      await page.getByText(pages.wrongFile).waitFor();
      const answer = await register(page, newPerson(file));
      expect(answer).toEqual({ status: 415, code: "unsupported_image" });
    });
  });
}
