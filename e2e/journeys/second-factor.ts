import { expect, test } from "@jest/globals";
import type { Browser, Page } from "playwright-core";
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

/** A person with an authenticator app, on a site of any stack. e2e/sign-in tries the pages of it. */
export function secondFactorTests({ visit }: Site): void {
  test("MFA-17, MFA-19 a person turns two-step sign-in on, signs in by a code and a recovery code, and turns it off", async () => {
    await visit(async (page, browser) => {
      const faults = await watchFaults(page);
      const person = newPerson(await photograph(browser));
      await pages.createAccount(page, person);
      const app = await factor.startEnrolment(page);
      const codes = await factor.confirmEnrolment(page, await app.next());
      await factor.keepCodes(page);
      await pages.signOut(page);

      await factor.enterPassword(page, person);
      await factor.enterCode(page, await app.next());
      expect(await pages.shownAccount(page)).toEqual(ownPage(person));
      await pages.signOut(page);

      await factor.enterPassword(page, person);
      await factor.enterRecoveryCode(page, codes[0]!);
      await page.getByText("9 recovery codes left.").waitFor();
      await factor.turnOff(page);
      await pages.signOut(page);
      await pages.signIn(page, person);
      expect(faults).toEqual([]);
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
