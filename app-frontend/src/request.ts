import { ApiError, apiError } from "./api-error.ts";

export type Call = { method?: string; accessToken?: string; idempotencyKey?: string; json?: unknown };

export type Transfer = {
  /** Hears the share that is sent, from 0 to 1. */
  onProgress: (sent: number) => void;
  /** Calls the upload off: then it rejects with `cancelled`. */
  signal: AbortSignal;
};

export type Upload = Transfer & { method: "POST" | "PUT"; form: FormData; accessToken?: string };

type Reply = { status: number; body: string; retryAfter: string | null };

const timeoutMs = 30_000;
const uploadTimeoutMs = 10 * 60_000;

export async function request<T>(path: string, call: Call = {}): Promise<T> {
  return read<T>(await send(`/api${path}`, call));
}

export async function upload<T>(path: string, call: Upload): Promise<T> {
  const xhr = await sendForm(`/api${path}`, call);
  const retryAfter = xhr.getResponseHeader("retry-after");
  return read<T>({ status: xhr.status, body: xhr.responseText, retryAfter });
}

/** Posts a file to S3 by a presigned form. S3 heeds no field that comes after the file. */
export async function postFile(
  url: string,
  fields: Record<string, string>,
  file: File,
  transfer: Transfer,
): Promise<void> {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  form.append("file", file);
  const { status, responseText } = await sendForm(url, { method: "POST", form, ...transfer });
  if (status < 200 || status > 299) throw new ApiError(storageCode(status, responseText), { status });
}

async function send(
  url: string,
  { method = "GET", accessToken, idempotencyKey, json }: Call,
): Promise<Reply> {
  const headers = new Headers({ accept: "application/json" });
  if (accessToken) headers.set("authorization", `Bearer ${accessToken}`);
  if (idempotencyKey) headers.set("idempotency-key", idempotencyKey);
  if (json) headers.set("content-type", "application/json");
  const body = json ? JSON.stringify(json) : null;
  try {
    const signal = AbortSignal.timeout(timeoutMs);
    const response = await fetch(url, { method, headers, body, signal, cache: "no-store" });
    const retryAfter = response.headers.get("retry-after");
    return { status: response.status, body: await response.text(), retryAfter };
  } catch (error) {
    const late = error instanceof DOMException && error.name === "TimeoutError";
    throw new ApiError(late ? "timeout" : "unreachable");
  }
}

/** `XMLHttpRequest`, because `fetch` does not tell how much of a body is sent. */
function sendForm(
  url: string,
  { method, form, accessToken, onProgress, signal }: Upload,
): Promise<XMLHttpRequest> {
  return new Promise((resolve, reject) => {
    const xhr = new XMLHttpRequest();
    xhr.open(method, url);
    xhr.timeout = uploadTimeoutMs;
    xhr.setRequestHeader("accept", "application/json");
    if (accessToken) xhr.setRequestHeader("authorization", `Bearer ${accessToken}`);
    xhr.upload.onprogress = ({ loaded, total }) => onProgress(total ? loaded / total : 0);
    xhr.onload = () => resolve(xhr);
    xhr.onerror = () => reject(new ApiError("unreachable"));
    xhr.ontimeout = () => reject(new ApiError("timeout"));
    xhr.onabort = () => reject(new ApiError("cancelled"));
    signal.addEventListener("abort", () => xhr.abort());
    if (signal.aborted) reject(new ApiError("cancelled"));
    else xhr.send(form);
  });
}

function read<T>({ status, body, retryAfter }: Reply): T {
  if (status < 200 || status > 299) throw apiError(status, body, retryAfter);
  if (body === "") return undefined as T;
  try {
    return JSON.parse(body) as T;
  } catch {
    throw new ApiError("internal", { status });
  }
}

/** S3 explains itself in XML, to programmers. */
function storageCode(status: number, body: string): string {
  if (body.includes("<Code>EntityTooLarge</Code>")) return "image_too_large";
  return status >= 500 ? "unavailable" : "upload_refused";
}
