import { type Transfer, request, upload } from "./request.ts";
import type { Operations } from "./schema.ts";

/** What signing in and refreshing return. */
export type TokenResponse = Operations["signIn"]["response"];
export type Account = TokenResponse["account"];

/** A device where an account is signed in. */
export type Session = Operations["listSessions"]["response"]["items"][number];

export type Credentials = Operations["signIn"]["body"];

type AccountResponse = Operations["getAccount"]["response"];

export const signIn = (json: Credentials) => request<TokenResponse>("/auth/signin", { method: "POST", json });

/** Exchanges the cookie for a new access token. `key` is the idempotency key of this refresh and its retries. */
export const refresh = (key: string) =>
  request<TokenResponse>("/auth/refresh", { method: "POST", idempotencyKey: key });

export const signOut = (accessToken: string, everywhere: boolean) =>
  request<void>(`/auth/signout${everywhere ? "?everywhere=true" : ""}`, { method: "DELETE", accessToken });

export const removeAccount = (accessToken: string, password: string) =>
  request<void>("/auth/remove", { method: "DELETE", accessToken, json: { password } });

export const confirm = (json: Operations["confirm"]["body"]) =>
  request<void>("/auth/confirm", { method: "POST", json });

/** Whether codes are mailed. If not, the operator of the site looks them up. */
export const getSendsMail = async () =>
  (await request<Operations["settings"]["response"]>("/settings")).sendsMail;

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

export async function changePicture(accessToken: string, image: File, transfer: Transfer): Promise<Account> {
  const form = new FormData();
  form.append("image", image);
  const call = { method: "PUT", form, accessToken, ...transfer } as const;
  return (await upload<AccountResponse>("/account/image", call)).account;
}

export async function register(
  { email, password, image }: Operations["register"]["body"],
  transfer: Transfer,
): Promise<Account> {
  const form = new FormData();
  form.append("email", email);
  form.append("password", password);
  form.append("image", image); // last: the server reads the fields before it streams the file
  return (await upload<AccountResponse>("/auth/register", { method: "POST", form, ...transfer })).account;
}
