import { type Transfer, request, upload } from "./request.ts";

export type Account = {
  id: string;
  email: string;
  /** A presigned URL, valid for an hour. */
  imageUrl: string;
  username: string | null;
  firstName: string | null;
  lastName: string | null;
  confirmed: boolean;
  /** ISO 8601. */
  createdAt: string;
};

/** A device where an account is signed in. Times are ISO 8601. */
export type Session = {
  id: string;
  device: string;
  address: string | null;
  createdAt: string;
  /** Rounded to 10 minutes, as is `retriedAt`. */
  lastUsedAt: string;
  /** When a token that had been replaced was last shown again; null if never. */
  retriedAt: string | null;
  current: boolean;
};

export type Credentials = { email: string; password: string };
export type Registration = Credentials & { image: File };
export type Profile = { username: string; firstName: string; lastName: string };

/** What signing in and renewing give. `expiresIn` is in seconds. */
export type Grant = { accessToken: string; expiresIn: number; account: Account };

type Answer = { account: Account };

export const signIn = (json: Credentials) => request<Grant>("/auth/signin", { method: "POST", json });

/** Trades the cookie for a new access token. `key` is a secret of this renewal and of its repetitions. */
export const refresh = (key: string) =>
  request<Grant>("/auth/refresh", { method: "POST", idempotencyKey: key });

export const signOut = (accessToken: string, everywhere: boolean) =>
  request<void>(`/auth/signout${everywhere ? "?everywhere=true" : ""}`, { method: "DELETE", accessToken });

export const removeAccount = (accessToken: string, password: string) =>
  request<void>("/auth/remove", { method: "DELETE", accessToken, json: { password } });

export const confirm = (json: { email: string; code: string }) =>
  request<void>("/auth/confirm", { method: "POST", json });

/** Whether codes are mailed; otherwise the operator of the site hands them on. */
export const getSendsMail = async () => (await request<{ sendsMail: boolean }>("/settings")).sendsMail;

/** Has a new code for `confirm` made. */
export const resend = (email: string) => request<void>("/auth/resend", { method: "POST", json: { email } });

/** Has a code for `reset` made. Whether the address has an account is not told. */
export const forgot = (email: string) => request<void>("/auth/forgot", { method: "POST", json: { email } });

export const reset = (json: Credentials & { code: string }) =>
  request<void>("/auth/reset", { method: "POST", json });

export const changePassword = (accessToken: string, json: { current: string; next: string }) =>
  request<void>("/auth/password", { method: "POST", accessToken, json });

/** Where the account is signed in, the last used first. */
export const listSessions = async (accessToken: string) =>
  (await request<{ items: Session[] }>("/auth/sessions", { accessToken })).items;

export const endSession = (accessToken: string, id: string) =>
  request<void>(`/auth/sessions/${encodeURIComponent(id)}`, { method: "DELETE", accessToken });

export const getAccount = async (accessToken: string) =>
  (await request<Answer>("/account", { accessToken })).account;

/** What is not named stays as it is; an empty text clears it. */
export const changeProfile = async (accessToken: string, json: Partial<Profile>) =>
  (await request<Answer>("/account", { method: "PATCH", accessToken, json })).account;

export async function changePicture(accessToken: string, image: File, transfer: Transfer): Promise<Account> {
  const form = new FormData();
  form.append("image", image);
  const call = { method: "PUT", form, accessToken, ...transfer } as const;
  return (await upload<Answer>("/account/image", call)).account;
}

export async function register(
  { email, password, image }: Registration,
  transfer: Transfer,
): Promise<Account> {
  const form = new FormData();
  form.append("email", email);
  form.append("password", password);
  form.append("image", image); // last: the server reads the fields before it streams the file
  return (await upload<Answer>("/auth/register", { method: "POST", form, ...transfer })).account;
}
