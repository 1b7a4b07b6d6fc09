import { randomBytes } from "node:crypto";
import type { AccountView } from "../src/domain/account.ts";
import type { ImageView } from "../src/domain/image.ts";
import type { MediaView } from "../src/domain/media.ts";
import type { ProjectView, VersionView } from "../src/domain/project.ts";
import type { SessionView } from "../src/domain/session.ts";
import type { Problem } from "../src/http/contract/problem.ts";
import { requireConformance } from "./openapi-conformance.ts";
import { onePixelPng } from "./images.ts";
import type { TestApp } from "./app.ts";

/** An answer, read to its end. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Problem & {
    account: AccountView;
    accessToken: string;
    expiresIn: number;
    items: (SessionView & ImageView & MediaView & ProjectView & VersionView & { uses: number })[];
    cursor?: string;
    image: ImageView;
    media: MediaView;
    project: ProjectView;
    version: VersionView;
    notes: unknown;
    upload: { url: string; headers: Record<string, string>; token: string };
    url: string;
    expiresAt: string;
    contentType: string;
    sendsMail: boolean;
  };
  /** The refresh cookie as `name=value`; empty when none was set. */
  readonly cookie: string;
}

/** The URL of an application, and the origin that it accepts. */
type Place = Pick<TestApp, "url" | "siteOrigin">;

export async function send(
  app: Pick<Place, "url">,
  method: string,
  path: string,
  init: RequestInit = {},
): Promise<Answer> {
  const headers = new Headers(init.headers);
  // As the proxy sends it. Every request comes from another address unless the test is about that.
  if (!headers.has("x-forwarded-for")) headers.set("x-forwarded-for", someAddress());
  const response = await fetch(`${app.url}/api${path}`, { redirect: "manual", method, ...init, headers });
  const text = await response.text();
  requireConformance(method, path, response, text ? JSON.parse(text) : undefined);
  const cookie = response.headers.getSetCookie()[0]?.split(";")[0] ?? "";
  return { status: response.status, headers: response.headers, body: text ? JSON.parse(text) : {}, cookie };
}

export function someAddress(): string {
  return `10.${[...randomBytes(3)].join(".")}`;
}

export interface Form {
  readonly email?: string;
  readonly password?: string;
  readonly image?: Uint8Array | undefined;
  readonly label?: string;
  readonly headers?: Extra;
}

export const newEmail = () => `reader.${randomBytes(5).toString("hex")}@example.org`;
export const goodPassword = "correct horse battery";

/** Registers with defaults for what the test leaves out. Fields come before the file. */
export function register(app: Pick<Place, "url">, form: Form = {}): Promise<Answer> {
  const body = new FormData();
  body.set("email", form.email ?? newEmail());
  body.set("password", form.password ?? goodPassword);
  appendImage(body, "image" in form ? form.image : onePixelPng, form.label);
  return send(app, "POST", "/auth/register", { body, headers: form.headers ?? {} });
}

export function appendImage(body: FormData, image: Uint8Array | undefined, label = "image/png"): void {
  if (image) body.append("image", new Blob([new Uint8Array(image)], { type: label }), "portrait.png");
}

type Extra = Record<string, string>;

export function sendJson(app: TestApp, method: string, path: string, value: unknown, extra: Extra = {}) {
  const headers = { "content-type": "application/json", ...extra };
  return send(app, method, path, { headers, body: JSON.stringify(value) });
}

export function postJson(app: TestApp, path: string, value: unknown, extra: Extra = {}): Promise<Answer> {
  return sendJson(app, "POST", path, value, extra);
}

export function signIn(app: TestApp, email: string, password = goodPassword, extra: Extra = {}) {
  return postJson(app, "/auth/signin", { email, password }, extra);
}

/** A project with one paragraph, unless the test names other facts. */
export function newProject(app: TestApp, accessToken: string, facts: object = {}, extra: Extra = {}) {
  const body = {
    title: `Lecture ${crypto.randomUUID()}`,
    notes: [{ type: "paragraph", text: "first" }],
    ...facts,
  };
  return postJson(app, "/projects", body, { ...bearer(accessToken), ...extra });
}

export const bearer = (accessToken: string) => ({ authorization: `Bearer ${accessToken}` });

export function listSessions(app: TestApp, accessToken: string): Promise<Answer> {
  return send(app, "GET", "/auth/sessions", { headers: bearer(accessToken) });
}

/** The last code that was mailed to the address. */
export async function mailedCode(app: TestApp, email: string): Promise<string> {
  await app.settle();
  const line = app.logLines.findLast((text) => text.includes(`"mail":{"to":${JSON.stringify(email)}`));
  return /Your code for .+ is (\d{4} \d{4} \d{4})/.exec(line ?? "")?.[1]?.replaceAll(" ", "") ?? "";
}

/** An account with one session. */
export async function member(app: TestApp): Promise<Answer & { email: string }> {
  const email = newEmail();
  const registered = await register(app, { email });
  const signedIn = await signIn(app, email);
  // Otherwise a busy machine shows as a 401 of whatever the test asks next.
  if (registered.status !== 201 || signedIn.status !== 200)
    throw new Error(`no member: ${JSON.stringify([registered.body, signedIn.body])}`);
  return { email, ...signedIn };
}

export function refresh(app: Place, cookie: string, origin: string | null = app.siteOrigin): Promise<Answer> {
  return send(app, "POST", "/auth/refresh", { headers: { cookie, ...(origin !== null && { origin }) } });
}

/** Like `refresh`, with a key that lets the same client repeat the request. */
export function refreshBy(app: Place, cookie: string, key: string, extra: Extra = {}): Promise<Answer> {
  const headers = { cookie, origin: app.siteOrigin, "idempotency-key": key, ...extra };
  return send(app, "POST", "/auth/refresh", { headers });
}

export const newKey = () => randomBytes(16).toString("hex");

export function signOut(app: TestApp, cookie: string, query = ""): Promise<Answer> {
  return send(app, "DELETE", `/auth/signout${query}`, { headers: { cookie, origin: app.siteOrigin } });
}

export function getAccount(app: TestApp, accessToken: string): Promise<Answer> {
  return send(app, "GET", "/account", { headers: bearer(accessToken) });
}
