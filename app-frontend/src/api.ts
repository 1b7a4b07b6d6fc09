import { ApiError, apiError } from "./api-error.ts";

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

export type Credentials = { email: string; password: string };
export type Registration = Credentials & { image: File };

/** What signing in and renewing give. `expiresIn` is in seconds. */
export type Grant = { accessToken: string; expiresIn: number; account: Account };

type Call = { method?: string; accessToken?: string; json?: unknown };
type Reply = { status: number; body: string };

const timeoutMs = 30_000;
const uploadTimeoutMs = 10 * 60_000;

export const signIn = (credentials: Credentials) =>
  request<Grant>("/auth/signin", { method: "POST", json: credentials });

/** Trades the cookie for a new access token. */
export const refresh = () => request<Grant>("/auth/refresh", { method: "POST" });

export const signOut = (accessToken: string) =>
  request<void>("/auth/signout", { method: "DELETE", accessToken });

export const getAccount = async (accessToken: string) =>
  (await request<{ account: Account }>("/account", { accessToken })).account;

/** Makes an account. `onProgress` hears the share that is sent, from 0 to 1. */
export async function register(
  { email, password, image }: Registration,
  onProgress: (sent: number) => void,
): Promise<Account> {
  const form = new FormData();
  form.append("email", email);
  form.append("password", password);
  form.append("image", image); // last: the server reads the fields before it streams the file
  const reply = await upload("/api/auth/register", form, onProgress);
  return read<{ account: Account }>(reply).account;
}

async function request<T>(path: string, call: Call): Promise<T> {
  return read<T>(await send(`/api${path}`, call));
}

async function send(url: string, { method = "GET", accessToken, json }: Call): Promise<Reply> {
  const headers = new Headers({ accept: "application/json" });
  if (accessToken) headers.set("authorization", `Bearer ${accessToken}`);
  if (json) headers.set("content-type", "application/json");
  const body = json ? JSON.stringify(json) : null;
  try {
    const signal = AbortSignal.timeout(timeoutMs);
    const response = await fetch(url, { method, headers, body, signal, cache: "no-store" });
    return { status: response.status, body: await response.text() };
  } catch (error) {
    const late = error instanceof DOMException && error.name === "TimeoutError";
    throw new ApiError(late ? "timeout" : "unreachable");
  }
}

/** `XMLHttpRequest`, because `fetch` does not tell how much of a body is sent. */
function upload(url: string, form: FormData, onProgress: (sent: number) => void): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const xhr = new XMLHttpRequest();
    xhr.open("POST", url);
    xhr.timeout = uploadTimeoutMs;
    xhr.setRequestHeader("accept", "application/json");
    xhr.upload.onprogress = ({ loaded, total }) => onProgress(total ? loaded / total : 0);
    xhr.onload = () => resolve({ status: xhr.status, body: xhr.responseText });
    xhr.onerror = () => reject(new ApiError("unreachable"));
    xhr.ontimeout = () => reject(new ApiError("timeout"));
    xhr.send(form);
  });
}

function read<T>({ status, body }: Reply): T {
  if (status < 200 || status > 299) throw apiError(status, body);
  if (body === "") return undefined as T;
  try {
    return JSON.parse(body) as T;
  } catch {
    throw new ApiError("internal", { status });
  }
}
