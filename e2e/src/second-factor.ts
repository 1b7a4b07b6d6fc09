import type { Page } from "playwright-core";
import { type Authenticator, authenticatorOf } from "./authenticator.ts";
import { paths, type Person } from "./pages.ts";

const button = (page: Page, name: string) => page.getByRole("button", { name, exact: true });

/** On one's own page: from the button to the QR code. */
export async function startEnrolment(page: Page): Promise<Authenticator> {
  await button(page, "Turn on two-step sign-in").click();
  await page.locator(".qr-code").waitFor();
  return authenticatorOf(page);
}

/** From the QR code to the recovery codes, which it returns. */
export async function confirmEnrolment(page: Page, code: string): Promise<string[]> {
  await page.getByLabel("Code", { exact: true }).fill(code);
  await button(page, "Turn on").click();
  await page.getByRole("heading", { name: /^Recovery codes of/ }).waitFor();
  return page.locator(".recovery-codes li").allInnerTexts();
}

export async function keepCodes(page: Page): Promise<void> {
  await button(page, "I have kept them").click();
  await button(page, "Turn off").waitFor();
}

/** From anywhere, signed out, to the field for a code. */
export async function enterPassword(page: Page, person: Pick<Person, "email" | "password">): Promise<void> {
  await page.goto(paths.signIn);
  await page.getByLabel("Email", { exact: true }).fill(person.email);
  await page.getByLabel("Password", { exact: true }).fill(person.password);
  await button(page, "Sign in").click();
  await page.getByRole("heading", { name: "Enter a code" }).waitFor();
  await page.getByLabel("Code", { exact: true }).waitFor();
}

export async function enterCode(page: Page, code: string): Promise<void> {
  await page.getByLabel("Code", { exact: true }).fill(code);
  await button(page, "Sign in").click();
}

export async function enterRecoveryCode(page: Page, code: string): Promise<void> {
  await button(page, "Use a recovery code").click();
  await page.getByLabel("Recovery code", { exact: true }).fill(code);
  await button(page, "Sign in").click();
}

export async function turnOff(page: Page): Promise<void> {
  await button(page, "Turn off").click();
  await page.getByRole("dialog").getByRole("button", { name: "Turn off" }).click();
  await button(page, "Turn on two-step sign-in").waitFor();
}
