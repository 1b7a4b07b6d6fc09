import { expect, test } from "@jest/globals";
import type { Browser, Page } from "playwright-core";
import { accessibilityViolations } from "../src/accessibility.ts";
import { readQrCode } from "../src/authenticator.ts";
import { watchFaults } from "../src/browser.ts";
import * as factor from "../src/second-factor.ts";
import * as pages from "../src/pages.ts";
import type { Make } from "../src/make.ts";
import { newPerson, ownPage } from "../src/people.ts";
import { photograph } from "../src/photograph.ts";

interface Site {
  /** Opens the site in a new browser. */
  visit(work: (page: Page, browser: Browser) => Promise<void>): Promise<void>;
}

/** A person with an authenticator app, on a site of any stack. */
export function secondFactorTests({ visit }: Site): void {
  test("MFA-17, MFA-18, MFA-19 a person turns two-step sign-in on, signs in by code and recovery code, and turns it off", async () => {
    await visit(async (page, browser) => {
      const faults = await watchFaults(page);
      const found: string[] = [];
      const look = async () => found.push(...(await accessibilityViolations(page)));
      const someone = newPerson(await photograph(browser));
      const person = { ...someone, email: someone.email.replace("ada.", "ada+lens%") };
      await pages.createAccount(page, person);
      await pages.shownAccount(page);

      const app = await factor.startEnrolment(page);
      expect(decodeURIComponent(new URL(app.uri).pathname)).toMatch(
        new RegExp(`Tintype:${literal(person.email)}$`),
      );
      await look();
      await page.emulateMedia({ colorScheme: "dark" });
      expect(await readQrCode(page)).toBe(app.uri);
      await look();
      await page.emulateMedia({ colorScheme: null });
      const codes = await factor.confirmEnrolment(page, await app.next());
      expect(new Set(codes).size).toBe(10);
      expect(await page.getByRole("button", { name: "Copy codes" }).count()).toBe(
        await page.evaluate(() => Number("clipboard" in navigator)),
      );
      await look();
      const secret = new URL(app.uri).searchParams.get("secret")!;
      const isForgotten = async () => {
        const traces = `${await page.content()} ${page.url()} ${await pages.storedText(page)}`;
        return ![secret, ...codes].some((once) => traces.includes(once));
      };
      await page.getByRole("link", { name: "Gallery" }).click();
      await page.goBack();
      await page.getByText("You have not kept your recovery codes yet.").first().waitFor();
      expect(await isForgotten()).toBe(true);

      await page.getByRole("button", { name: "Get new recovery codes" }).click();
      await page.getByRole("heading", { name: /^Recovery codes of/ }).waitFor();
      const kept = await page.locator(".recovery-codes li").allInnerTexts();
      await factor.keepCodes(page);
      await page.getByText("10 recovery codes left.").waitFor();
      await look();
      await pages.signOut(page);
      await page.goBack(); // out of the site
      await page.goForward();
      await pages.signInPage(page);
      expect(await isForgotten()).toBe(true);

      await factor.enterPassword(page, person);
      await look();
      await factor.enterCode(page, await app.next());
      expect(await pages.shownAccount(page)).toEqual(ownPage(person));
      await pages.signOut(page);
      expect(faults).toEqual([]);

      await factor.enterPassword(page, person);
      await factor.enterRecoveryCode(page, codes[0]!); // of the set before
      await page.getByText("This code is wrong or was used before.").waitFor();
      await look();
      await page.getByLabel("Recovery code", { exact: true }).fill(kept[0]!.toLowerCase());
      await page.getByRole("button", { name: "Sign in", exact: true }).click();
      await page.getByText("9 recovery codes left.").waitFor();
      await factor.turnOff(page);
      await pages.signOut(page);
      await pages.signIn(page, person);
      expect(found).toEqual([]);
    });
  });
}

interface Operator {
  readonly make: Make;
  person(): pages.Person;
}

/** The operator's way back; the person has no second factor, and loses the sessions alone. */
export function resetFactorTest({ make, person }: Operator): void {
  test("MFA-23 an operator removes second factors of one account, and none of an unknown one", async () => {
    const unknown = await make("reset-factor", "ACCOUNT='; --");
    expect([unknown.code, unknown.stderr]).toEqual([2, expect.stringContaining("There is no account '; --")]);
    const { email } = person();
    const { code, stdout } = await make("reset-factor", `ACCOUNT=${email.toUpperCase()}`);
    expect([code, stdout]).toEqual([0, expect.stringContaining("there was no second factor")]);
  });
}

const literal = (text: string) => text.replace(/[+.%]/g, "\\$&");
