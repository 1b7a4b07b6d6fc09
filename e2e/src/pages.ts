import type { Page } from "playwright-core";
import type { PickedFile } from "./picked-file.ts";

export interface Person {
  readonly email: string;
  readonly password: string;
  readonly picture: PickedFile;
}

export const paths = { create: "/create", signIn: "/signin", account: "/account", forgot: "/forgot" };
export const wrongFile = "This file is not a JPEG, PNG, GIF, WebP or AVIF picture. Choose another one.";

/** From anywhere to the new person's own page. */
export async function createAccount(page: Page, { email, password, picture }: Person): Promise<void> {
  await openCreateAccount(page);
  await fillCredentials(page, email, password);
  await pickPicture(page, picture);
  await page.getByAltText(`Preview of ${picture.name}`).waitFor();
  await button(page, "Create account").click();
  await heading(page, "Your page").waitFor();
}

/** From anywhere, signed out, to one's own page. */
export async function signIn(page: Page, { email, password }: Person): Promise<void> {
  await openSignIn(page);
  await fillCredentials(page, email, password);
  await button(page, "Sign in").click();
  await heading(page, "Your page").waitFor();
}

/** From one's own page to the page to sign in. */
export async function signOut(page: Page): Promise<void> {
  await button(page, "Sign out").click();
  await heading(page, "Sign in").waitFor();
}

export async function openCreateAccount(page: Page): Promise<void> {
  await page.goto(paths.create);
  await heading(page, "Create account").waitFor();
}

export async function openSignIn(page: Page): Promise<void> {
  await page.goto(paths.signIn);
  await heading(page, "Sign in").waitFor();
}

export async function pickPicture(page: Page, file: PickedFile): Promise<void> {
  await page.getByLabel("Picture", { exact: true }).setInputFiles(file);
}

/** What one's own page shows. Waits until the picture is there to the last byte; rejects if it cannot be decoded. */
export async function shownAccount(page: Page) {
  await heading(page, "Your page").waitFor();
  const picture = page.getByAltText("Your picture", { exact: true });
  await picture.waitFor();
  const { src, loaded } = await picture.evaluate(async (element) => {
    const image = element as HTMLImageElement;
    await image.decode();
    return { src: image.src, loaded: image.naturalWidth > 0 };
  });
  const email = await page.getByRole("definition").first().innerText();
  return { path: new URL(page.url()).pathname, email, src, loaded };
}

/** Registers by one form without the page's check of the file, labelled as PNG. */
export function registerByForm(page: Page, { email, password, picture }: Person) {
  const sent = { email, password, name: picture.name, bytes: [...picture.buffer] };
  return page.evaluate(async ({ email, password, name, bytes }) => {
    const form = new FormData();
    form.append("email", email);
    form.append("password", password);
    form.append("image", new File([Uint8Array.from(bytes)], name, { type: "image/png" }));
    const answer = await fetch("/api/auth/register", { method: "POST", body: form });
    const { code } = (await answer.json()) as { code?: string };
    return { status: answer.status, code };
  }, sent);
}

/** Registers by an upload to the bucket without the page's check of the file, labelled as PNG. */
export function registerByUpload(page: Page, { email, password, picture }: Person) {
  const sent = { email, password, bytes: [...picture.buffer] };
  return page.evaluate(async ({ email, password, bytes }) => {
    const post = (path: string, value: object) => {
      const headers = { "content-type": "application/json" };
      return fetch(path, { method: "POST", headers, body: JSON.stringify(value) });
    };
    const announcement = { contentType: "image/png", bytes: bytes.length };
    const announced = await post("/api/auth/register/upload", announcement);
    const { upload } = (await announced.json()) as {
      upload: { url: string; headers: Record<string, string>; token: string };
    };
    await fetch(upload.url, { method: "PUT", headers: upload.headers, body: Uint8Array.from(bytes) });
    const answer = await post("/api/auth/register", { email, password, upload: upload.token });
    const { code } = (await answer.json()) as { code?: string };
    return { status: answer.status, code };
  }, sent);
}

export async function saveFirstName(page: Page, firstName: string): Promise<void> {
  await page.getByLabel("First name", { exact: true }).fill(firstName);
  await button(page, "Save profile").click();
  await page.getByText("Saved.").waitFor();
}

export async function shownFirstName(page: Page): Promise<string> {
  await heading(page, "Your page").waitFor();
  return page.getByLabel("First name", { exact: true }).inputValue();
}

/** Everything that scripts of the site could read back from this browser, as one text. */
export function storedText(page: Page): Promise<string> {
  return page.evaluate(async () => {
    const databases = await indexedDB.databases();
    return JSON.stringify([{ ...localStorage }, { ...sessionStorage }, databases, document.cookie]);
  });
}

/** From the sign-in page: requests a code by mail; ends where it is to be typed. */
export async function askForCode(page: Page, email: string): Promise<void> {
  await page.goto(paths.forgot);
  await page.getByLabel("Email", { exact: true }).fill(email);
  await button(page, "Get a code").click();
  await page.getByLabel("Code", { exact: true }).waitFor();
}

export interface Reset {
  readonly code: string;
  readonly password: string;
}

export async function resetPassword(page: Page, { code, password }: Reset): Promise<void> {
  await page.getByLabel("Code", { exact: true }).fill(code);
  await page.getByLabel("New password", { exact: true }).fill(password);
  await button(page, "Set password").click();
  await signInPage(page);
}

export async function signInPage(page: Page): Promise<void> {
  await heading(page, "Sign in").waitFor();
}

/** How many devices one's own page lists. */
export async function shownSessions(page: Page): Promise<number> {
  const items = page.getByText(/In use now|Used in the last|Last used/);
  await items.first().waitFor();
  return items.count();
}

export async function endOtherSession(page: Page): Promise<void> {
  await page.getByRole("button", { name: /^Sign out (?!everywhere)./ }).click();
  await page.getByText(/^Signed out: /).waitFor();
}

export async function removeAccount(page: Page, password: string): Promise<void> {
  await button(page, "Remove account").click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Password", { exact: true }).fill(password);
  await dialog.getByRole("button", { name: "Remove for good" }).click();
  await signInPage(page);
}

/** Signs in past the page. */
export function trySignIn(page: Page, credentials: { email: string; password: string }) {
  return page.evaluate(async (body) => {
    const headers = { "content-type": "application/json" };
    const answer = await fetch("/api/auth/signin", { method: "POST", headers, body: JSON.stringify(body) });
    return { status: answer.status };
  }, credentials);
}

/** The account of these credentials, by another session than the page's. */
export function accountOf(page: Page, { email, password }: Person): Promise<{ id: string }> {
  return page.evaluate(
    async (body) => {
      const headers = { "content-type": "application/json" };
      const credentials = "omit";
      const answer = await fetch("/api/auth/signin", {
        method: "POST",
        headers,
        credentials,
        body: JSON.stringify(body),
      });
      return ((await answer.json()) as { account: { id: string } }).account;
    },
    { email, password },
  );
}

async function fillCredentials(page: Page, email: string, password: string): Promise<void> {
  await page.getByLabel("Email", { exact: true }).fill(email);
  await page.getByLabel("Password", { exact: true }).fill(password);
}

const heading = (page: Page, name: string) => page.getByRole("heading", { name, exact: true });
const button = (page: Page, name: string) => page.getByRole("button", { name, exact: true });
