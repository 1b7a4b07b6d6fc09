import { expect, test } from "@jest/globals";
import type { Browser, CDPSession, Page } from "playwright-core";
import { accessibilityViolations } from "../src/accessibility.ts";
import * as pages from "../src/pages.ts";
import { newPerson, ownPage } from "../src/people.ts";
import { photograph } from "../src/photograph.ts";

interface Site {
  /** Opens the site, which has a domain, in a new browser. */
  visit(work: (page: Page, browser: Browser) => Promise<void>): Promise<void>;
}

/** A device that is in the browser itself, and verifies its user as long as it is asked to. */
async function addDevice(page: Page): Promise<{ cdp: CDPSession; authenticatorId: string }> {
  const cdp = await page.context().newCDPSession(page);
  await cdp.send("WebAuthn.enable");
  const options = {
    protocol: "ctap2",
    transport: "internal",
    hasResidentKey: true,
    hasUserVerification: true,
    isUserVerified: true,
    automaticPresenceSimulation: true,
  } as const;
  return { cdp, ...(await cdp.send("WebAuthn.addVirtualAuthenticator", { options })) };
}

/** A person with a passkey on a site with a domain. */
export function passkeyTests({ visit }: Site): void {
  test("PKY-01, PKY-05, PKY-10 a person signs in by a passkey alone, verified, until it was copied or removed", async () => {
    await visit(async (page, browser) => {
      const button = (name: string) => page.getByRole("button", { name, exact: true });
      const signInByPasskey = () => button("Sign in with a passkey").click();
      const { cdp, authenticatorId } = await addDevice(page);
      const person = newPerson(await photograph(browser));
      await pages.createAccount(page, person);
      await page.getByLabel("Name of the new passkey").fill("Laptop");
      await button("Add a passkey").click();
      await page.getByRole("heading", { name: /^Recovery codes of/ }).waitFor();
      await button("I have kept them").click();
      await page.getByText("Not used yet").waitFor();
      const found = await accessibilityViolations(page);
      await button("Add a passkey").waitFor();
      await pages.signOut(page);

      await signInByPasskey();
      expect(await pages.shownAccount(page)).toEqual(ownPage(person));
      await page
        .getByText(/Last used/)
        .first()
        .waitFor();
      await pages.signOut(page);
      await cdp.send("WebAuthn.setUserVerified", { authenticatorId, isUserVerified: false });
      await signInByPasskey();
      await page.getByText("No passkey was used").waitFor();
      await cdp.send("WebAuthn.setUserVerified", { authenticatorId, isUserVerified: true });

      const { credentials } = await cdp.send("WebAuthn.getCredentials", { authenticatorId });
      const [credential] = credentials;
      await replace({ ...credential!, signCount: 0 }); // a copy of before
      await signInByPasskey();
      await page.getByText("This passkey was not accepted.").waitFor();
      await replace({ ...credential!, signCount: credential!.signCount + 5 });
      await signInByPasskey();
      await page.getByText("Passkey refused, which seems to have been copied").waitFor();
      await button("Remove Laptop").click();
      await page.getByText("Removed: Laptop.").waitFor();
      await pages.signOut(page);
      await signInByPasskey();
      await page.getByText("This passkey was removed from its account here.").waitFor();
      expect(found).toEqual([]);

      async function replace(by: typeof credential & object) {
        const { credentialId } = by;
        await cdp.send("WebAuthn.removeCredential", { authenticatorId, credentialId });
        await cdp.send("WebAuthn.addCredential", { authenticatorId, credential: by });
      }
    });
  });
}
