import { setTimeout } from "node:timers/promises";
import { expect, test } from "@jest/globals";
import type { Browser, Page } from "playwright-core";
import { watchFaults } from "../src/browser.ts";
import type { PickedFile } from "../src/picked-file.ts";
import * as pages from "../src/pages.ts";
import { photograph } from "../src/photograph.ts";
import { waitFor } from "../src/wait-for.ts";

interface Site {
  readonly origin: () => string;
  /** Opens the site in a new browser. */
  visit(work: (page: Page, browser: Browser) => Promise<void>): Promise<void>;
  newPerson(picture: PickedFile): pages.Person;
  /** A person who has an account. */
  readonly person: () => pages.Person;
  /** What that person's own page shows. */
  readonly ownPage: () => object;
  /** The last lines of the backend's log. */
  readonly logs: () => Promise<string>;
}

const minuteMs = 60_000;
const tooYoungToRotateMs = 11_000;

/** What people do with their accounts, from one browser or several. */
export function peopleTests({ origin, visit, newPerson, person, ownPage, logs }: Site): void {
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
      for (const tab of tabs) expect(await pages.shownAccount(tab)).toEqual(ownPage());
      await setTimeout(tooYoungToRotateMs); // the server's clock stays
      const renewals: number[] = [];
      context.on("response", (answer) => {
        if (answer.url().endsWith("/api/auth/refresh")) renewals.push(answer.status());
      });
      await context.clock.fastForward(11 * minuteMs);
      await waitFor("a tab has renewed the session", async () => renewals.length > 0, minuteMs);
      for (const tab of tabs) {
        await tab.reload();
        expect(await pages.shownAccount(tab)).toEqual(ownPage());
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

  test("WEB-05 leaves no token in any storage of the browser, signed in or out", async () => {
    await visit(async (page) => {
      await pages.signIn(page, person());
      expect(await pages.storedText(page)).not.toMatch(/eyJ/);
      const cookies = await page.context().cookies();
      const name = expect.stringMatching(/^refresh-\d+$/);
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
      const code = await waitFor(
        "the code is in the journal",
        async () => codeIn(await logs(), leaver.email),
        minuteMs,
      );
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
}

/** From the message that the backend wrote to its journal, for want of a mail service. */
function codeIn(log: string, email: string): string {
  const line = log
    .split("\n")
    .findLast((text) => text.includes(`"to":"${email}"`) && text.includes("Choose a new"));
  return /Your code for .+ is ([\d ]{14})/.exec(line ?? "")?.[1] ?? "";
}
