import { afterAll, afterEach, beforeAll, expect, jest, test } from "@jest/globals";
import { randomBytes } from "node:crypto";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { goodPassword, register } from "../../app-backend/test/client.ts";
import { clientId, clientSecret } from "../../app-backend/test/test-provider.ts";
import { accessibilityViolations } from "../src/accessibility.ts";
import { readQrCode } from "../src/authenticator.ts";
import { openBrowser, watchFaults } from "../src/browser.ts";
import { ec2Name, type LocalSite, startLocalSite } from "../src/local-site.ts";
import * as pages from "../src/pages.ts";
import { signInAs, startProvider } from "../src/provider.ts";
import * as factor from "../src/second-factor.ts";

const patienceMs = 240_000; // a machine that has other work
jest.setTimeout(patienceMs);

let site: LocalSite;
let provider: Awaited<ReturnType<typeof startProvider>>;
let browser: Browser;
const contexts: BrowserContext[] = [];

beforeAll(async () => {
  for (const method of ["warn", "info"] as const) jest.spyOn(console, method).mockImplementation(() => {}); // the provider's advice
  site = await startLocalSite(async (origin) => {
    provider = await startProvider(`${origin}/api/auth/oidc/local/callback`);
    return { PROVIDERS: `local,${provider.issuer},${clientId}`, PROVIDER_SECRET_LOCAL: clientSecret };
  });
  browser = await openBrowser({ resolverRules: site.resolverRules });
}, patienceMs);
afterEach(() => Promise.all(contexts.splice(0).map((context) => context.close())));
afterAll(async () => {
  jest.restoreAllMocks();
  await browser.close();
  await site.close();
  provider.close();
});

/** A new person's browser: its faults, and what axe finds when it looks. */
async function visit(baseURL: string) {
  const context = await browser.newContext({ baseURL });
  contexts.push(context);
  const page = await context.newPage();
  page.setDefaultTimeout(60_000);
  const [faults, found] = [await watchFaults(page), [] as string[]];
  const look = async () => found.push(...(await accessibilityViolations(page)));
  return { context, page, faults, found, look };
}

const newName = () => `ada${randomBytes(4).toString("hex")}`;

/** As long as an address may be, with letters that its URI escapes. */
const newLongEmail = () =>
  `${`${newName()}+lens%?&=#/'`.padEnd(40, "a")}@${["b", "c", "d"].map((letter) => letter.repeat(63)).join(".")}.bücher.example`;

/** By the form of the page. */
async function signIn(page: Page, email: string): Promise<void> {
  await pages.openSignIn(page);
  await page.getByLabel("Email", { exact: true }).fill(email);
  await page.getByLabel("Password", { exact: true }).fill(goodPassword);
  await button(page, "Sign in").click();
}

async function confirmBy(page: Page, password: string): Promise<void> {
  await asked(page).getByLabel("Password", { exact: true }).fill(password);
  await asked(page).getByRole("button", { name: "Confirm" }).click();
}

const button = (page: Page, name: string) => page.getByRole("button", { name, exact: true });
const byProvider = (page: Page) => page.getByRole("link", { name: "Sign in with Local" });
const asked = (page: Page) => page.getByRole("dialog", { name: "Confirm that it is you" });
const ownPage = (page: Page) => page.getByRole("heading", { name: "Your page" }).waitFor();

test("MFA-17, MFA-18, MFA-19 a person turns two-step sign-in on and off by plain HTTP, and sees its secrets once", async () => {
  const { page, faults, found, look } = await visit(`http://${ec2Name}`);
  const email = newLongEmail();
  const person = { email, password: goodPassword };
  expect((await register(site.app, person)).status).toBe(201);
  await signIn(page, email);
  await ownPage(page);

  const app = await factor.startEnrolment(page);
  expect(decodeURIComponent(new URL(app.uri).pathname)).toMatch(
    /Tintype:ada\w+\+lens%\?&=#\/'a+@b+\..*example$/,
  );
  await look();
  await page.setViewportSize({ width: 360, height: 800 });
  await page.emulateMedia({ colorScheme: "dark" });
  expect(await readQrCode(page)).toBe(app.uri);
  await look();
  await page.emulateMedia({ colorScheme: null });
  const codes = await factor.confirmEnrolment(page, await app.next());
  expect(new Set(codes).size).toBe(10);
  expect(await button(page, "Copy codes").count()).toBe(0); // pages have no clipboard by plain HTTP
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

  await button(page, "Get new recovery codes").click();
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
  expect(faults).toEqual([]);

  await factor.enterPassword(page, person);
  await look();
  await factor.enterRecoveryCode(page, codes[0]!); // of the set before
  await page.getByText("This code is wrong or was used before.").waitFor();
  await look();
  await page.getByLabel("Recovery code", { exact: true }).fill(kept[0]!.toLowerCase());
  await button(page, "Sign in").click();
  await page.getByText("9 recovery codes left.").waitFor();

  await site.app.pool.query("UPDATE sessions SET proved_at = proved_at - INTERVAL 11 MINUTE");
  await button(page, "Turn off").click();
  await page.getByRole("dialog").getByRole("button", { name: "Turn off" }).click();
  await asked(page)
    .getByLabel("Code", { exact: true })
    .fill(await app.next());
  await look();
  await confirmBy(page, goodPassword);
  await button(page, "Turn on two-step sign-in").waitFor();
  expect(found).toEqual([]);
});

test("IDP-01, IDP-11, IDP-14 a person signs in at oidc-provider, sets a password, removes that way in and adds another", async () => {
  const { context, page, faults, found, look } = await visit(site.origin);
  const name = newName();
  await page.goto(pages.paths.signIn);
  await byProvider(page).click();
  await signInAs(page, name);
  await ownPage(page);
  expect(page.url()).toBe(`${site.origin}${pages.paths.account}`);
  await page.getByText("this is the only way into it").waitFor();
  await look();
  await page.getByLabel("First password", { exact: true }).fill(goodPassword);
  await button(page, "Set password").click();
  await button(page, "Remove Local").click();
  await confirmBy(page, goodPassword);
  await page.getByText("Removed: Local.").waitFor();
  await look();

  await button(page, "Add Local").click();
  await button(page, "Cancel").click();
  await page.getByText("Cancelled: nothing has changed.").waitFor();
  await button(page, "Add Local").click();
  const other = newName();
  await signInAs(page, other);
  await page.getByText(`${other}@example.org`).waitFor();
  expect(await page.locator("h2:focus").innerText()).toBe("Sign in with another site");
  await look();
  await pages.signOut(page);
  const [tab] = await Promise.all([
    context.waitForEvent("page"),
    byProvider(page).click({ button: "middle" }),
  ]);
  await signInAs(tab, other);
  await ownPage(tab);
  await tab.getByText(`${name}@example.org`).first().waitFor(); // the first account
  expect(found).toEqual([]);
  expect(faults.filter((fault) => !fault.includes("403 (Forbidden)"))).toEqual([]); // it asked for a proof
});

test("IDP-09 whatever happens between the site and a provider, the page says why and lets the person go on", async () => {
  const { context, page, found, look } = await visit(site.origin);
  const name = newName();
  await page.goto(pages.paths.signIn);
  await byProvider(page).click();
  await button(page, "Cancel").click();
  await page.getByText("Cancelled: nothing has changed.").waitFor();
  await look();

  await byProvider(page).click();
  await page.getByLabel("Who are you?").waitFor();
  await context.clearCookies({ domain: "localhost" }); // as if the browser kept none
  await signInAs(page, name);
  await page.getByText("your browser keeps no cookies").waitFor();
  await look();

  await byProvider(page).click();
  const second = await context.newPage();
  await second.goto(`${site.origin}${pages.paths.signIn}`);
  await byProvider(second).click();
  await signInAs(page, name);
  await page.getByText("was begun again in another tab").waitFor();
  const answered = second.waitForRequest(/\/callback\?/);
  await signInAs(second, name);
  const callback = (await answered).url();
  await ownPage(second);
  await page.reload();
  await ownPage(page); // both tabs are one browser

  for (const path of [
    callback,
    callback.replace(/code=[^&]*/, "error=%3Cimg%20src=x%20onerror=alert(1)%3E"),
  ]) {
    await page.goto(path); // by Back, or a reload
    await ownPage(page);
  }
  await page.goBack();
  expect((await page.reload())?.status()).toBeLessThan(500);

  const stranger = await visit(site.origin);
  expect((await register(site.app, { email: `${name}2@example.org` })).status).toBe(201);
  await stranger.page.goto(pages.paths.signIn);
  await byProvider(stranger.page).click();
  await signInAs(stranger.page, `${name}2`);
  await stranger.page.getByText("There is already an account with this email address.").waitFor();
  await byProvider(stranger.page).click();
  await signInAs(stranger.page, name); // another account is asked for each time
  await ownPage(stranger.page);
  expect(found).toEqual([]);
});
