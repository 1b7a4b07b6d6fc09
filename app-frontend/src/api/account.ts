import { request } from "./request.ts";
import type { Account, Operations } from "./schema.ts";

export type { Account };

/** What opens or continues a session. */
export type TokenResponse = Operations["refresh"]["response"];

/** What signing in returns if the account has a second factor: the token of the second step, which takes one of `factors`. */
export type Challenge = Extract<Operations["signIn"]["response"], { mfa: unknown }>["mfa"];

export type SecondStep = Operations["completeSignIn"]["body"];

/** A device where an account is signed in. */
export type Session = Operations["listSessions"]["response"]["items"][number];

export type Credentials = Operations["signIn"]["body"];

export type PictureAnnouncement = Operations["announcePicture"]["body"];

/** The URL that takes a picture straight to S3, once, and the token of the request that uses it. Both within 15 minutes. */
export type AnnouncedPicture = Operations["announcePicture"]["response"];

type AccountResponse = Operations["getAccount"]["response"];

export const signIn = (json: Credentials) =>
  request<Operations["signIn"]["response"]>("/auth/signin", { method: "POST", json });

export const completeSignIn = (json: SecondStep) =>
  request<TokenResponse>("/auth/mfa", { method: "POST", json });

/** Exchanges the cookie for a new access token. `key` is the idempotency key of this refresh and its retries. */
export const refresh = (key: string) =>
  request<TokenResponse>("/auth/refresh", { method: "POST", idempotencyKey: key });

export const signOut = (accessToken: string, everywhere: boolean) =>
  request<void>(`/auth/signout${everywhere ? "?everywhere=true" : ""}`, { method: "DELETE", accessToken });

export const removeAccount = (accessToken: string, password: string | undefined) =>
  request<void>("/auth/remove", { method: "DELETE", accessToken, json: { password } });

export const confirm = (json: Operations["confirm"]["body"]) =>
  request<void>("/auth/confirm", { method: "POST", json });

export type Settings = Operations["settings"]["response"];

/** Whether codes are mailed, and what they look like. If no mail is sent, the operator of the site looks them up. */
export const getSettings = () => request<Settings>("/settings");

/** Requests a new code for `confirm`. */
export const resend = (email: string) => request<void>("/auth/resend", { method: "POST", json: { email } });

/** Requests a code for `reset`. The answer does not show whether the address has an account. */
export const forgot = (email: string) => request<void>("/auth/forgot", { method: "POST", json: { email } });

export const reset = (json: Operations["reset"]["body"]) =>
  request<void>("/auth/reset", { method: "POST", json });

export const changePassword = (accessToken: string, json: Operations["changePassword"]["body"]) =>
  request<void>("/auth/password", { method: "POST", accessToken, json });

/** The account's sessions, the last used first. */
export const listSessions = async (accessToken: string) =>
  (await request<Operations["listSessions"]["response"]>("/auth/sessions", { accessToken })).items;

export const endSession = (accessToken: string, id: string) =>
  request<void>(`/auth/sessions/${encodeURIComponent(id)}`, { method: "DELETE", accessToken });

export const getAccount = async (accessToken: string) =>
  (await request<AccountResponse>("/account", { accessToken })).account;

/** Changes the named fields; an empty text clears one. */
export const changeProfile = async (accessToken: string, json: Operations["changeProfile"]["body"]) =>
  (await request<AccountResponse>("/account", { method: "PATCH", accessToken, json })).account;

/** Longer than the server takes at most, so that it answers: it processes the picture. */
const processingTimeoutMs = 60_000;

export const announcePicture = (accessToken: string, json: PictureAnnouncement) =>
  request<AnnouncedPicture>("/account/image/upload", { method: "POST", accessToken, json });

/** Replaces the picture by one that was sent. */
export async function changePicture(
  accessToken: string,
  json: Operations["changePicture"]["body"],
  signal: AbortSignal,
): Promise<Account> {
  const call = { method: "PUT", accessToken, json, signal, timeoutMs: processingTimeoutMs };
  return (await request<AccountResponse>("/account/image", call)).account;
}

export const announceRegistration = (json: PictureAnnouncement) =>
  request<AnnouncedPicture>("/auth/register/upload", { method: "POST", json });

/** Creates an account with a picture that was sent. */
export async function register(json: Operations["register"]["body"], signal: AbortSignal): Promise<Account> {
  const call = { method: "POST", json, signal, timeoutMs: processingTimeoutMs };
  return (await request<AccountResponse>("/auth/register", call)).account;
}
