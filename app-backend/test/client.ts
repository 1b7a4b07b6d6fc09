import { randomBytes } from "node:crypto";
import type { AccountView } from "../src/domain/account.ts";
import type { Problem } from "../src/http/problem.ts";
import { onePixelPng } from "./images.ts";
import type { TestApp } from "./app.ts";

/** An answer, read to its end. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Problem & { account: AccountView; accessToken: string; expiresIn: number };
  /** The refresh cookie as `name=value`; empty when none was set. */
  readonly cookie: string;
}

export async function send(
  app: TestApp,
  method: string,
  path: string,
  init: RequestInit = {},
): Promise<Answer> {
  const response = await fetch(`${app.url}/api${path}`, { method, ...init });
  const text = await response.text();
  const cookie = response.headers.getSetCookie()[0]?.split(";")[0] ?? "";
  return { status: response.status, headers: response.headers, body: text ? JSON.parse(text) : {}, cookie };
}

export interface Form {
  readonly email?: string;
  readonly password?: string;
  readonly image?: Uint8Array | undefined;
  readonly label?: string;
}

export const newEmail = () => `reader.${randomBytes(5).toString("hex")}@example.org`;
export const goodPassword = "correct horse battery";

/** Registers with whatever the test does not say filled in. Fields come before the file. */
export function register(app: TestApp, form: Form = {}): Promise<Answer> {
  const body = new FormData();
  body.set("email", form.email ?? newEmail());
  body.set("password", form.password ?? goodPassword);
  appendImage(body, "image" in form ? form.image : onePixelPng, form.label);
  return send(app, "POST", "/auth/register", { body });
}

export function appendImage(body: FormData, image: Uint8Array | undefined, label = "image/png"): void {
  if (image) body.append("image", new Blob([new Uint8Array(image)], { type: label }), "portrait.png");
}

export function postJson(app: TestApp, path: string, value: unknown): Promise<Answer> {
  const headers = { "content-type": "application/json" };
  return send(app, "POST", path, { headers, body: JSON.stringify(value) });
}

export function signIn(app: TestApp, email: string, password = goodPassword): Promise<Answer> {
  return postJson(app, "/auth/signin", { email, password });
}

/** An account with one session. */
export async function member(app: TestApp): Promise<Answer & { email: string }> {
  const email = newEmail();
  await register(app, { email });
  return { email, ...(await signIn(app, email)) };
}

export function refresh(
  app: TestApp,
  cookie: string,
  origin: string | null = app.siteOrigin,
): Promise<Answer> {
  return send(app, "POST", "/auth/refresh", { headers: { cookie, ...(origin !== null && { origin }) } });
}

export function signOut(app: TestApp, cookie: string, query = ""): Promise<Answer> {
  return send(app, "DELETE", `/auth/signout${query}`, { headers: { cookie, origin: app.siteOrigin } });
}

export function getAccount(app: TestApp, accessToken: string): Promise<Answer> {
  return send(app, "GET", "/account", { headers: { authorization: `Bearer ${accessToken}` } });
}
