import { ApiError, apiError } from "./error.ts";

export type Call = { method?: string; accessToken?: string; idempotencyKey?: string; json?: unknown };

export type Transfer = {
  /** Called with the fraction that is sent, from 0 to 1. */
  onProgress: (sent: number) => void;
  /** Aborts the upload, which then rejects with `cancelled`. */
  signal: AbortSignal;
};

export type Upload = Transfer & { method: "POST" | "PUT"; form: FormData; accessToken?: string };

type Sending = Transfer & { method: "POST" | "PUT"; body: FormData | File; headers: Record<string, string> };

type Reply = { status: number; body: string; retryAfter: string | null };

const timeoutMs = 30_000;
const uploadTimeoutMs = 10 * 60_000;

export async function request<T>(path: string, call: Call = {}): Promise<T> {
  return read<T>(await send(`/api${path}`, call));
}

export async function upload<T>(path: string, { form, accessToken, ...call }: Upload): Promise<T> {
  const headers: Record<string, string> = accessToken ? { authorization: `Bearer ${accessToken}` } : {};
  const xhr = await sendBody(`/api${path}`, { ...call, body: form, headers });
  const retryAfter = xhr.getResponseHeader("retry-after");
  return read<T>({ status: xhr.status, body: xhr.responseText, retryAfter });
}

/** Puts a file into S3 by a presigned URL, which takes it once. */
export async function putFile(
  url: string,
  headers: Record<string, string>,
  file: File,
  transfer: Transfer,
): Promise<void> {
  const { status, responseText } = await sendBody(url, { method: "PUT", body: file, headers, ...transfer });
  const isThere = status === 412; // sent before, and only S3's answer was lost
  if (isThere || (status >= 200 && status <= 299)) return;
  throw new ApiError(storageCode(status, responseText), { status });
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

/** `XMLHttpRequest`, because `fetch` reports no upload progress. */
function sendBody(
  url: string,
  { method, body, headers, onProgress, signal }: Sending,
): Promise<XMLHttpRequest> {
  return new Promise((resolve, reject) => {
    const xhr = new XMLHttpRequest();
    xhr.open(method, url);
    xhr.timeout = uploadTimeoutMs;
    xhr.setRequestHeader("accept", "application/json");
    for (const [name, value] of Object.entries(headers)) xhr.setRequestHeader(name, value);
    xhr.upload.onprogress = ({ loaded, total }) => onProgress(total ? loaded / total : 0);
    xhr.onload = () => resolve(xhr);
    xhr.onerror = () => reject(new ApiError("unreachable"));
    xhr.ontimeout = () => reject(new ApiError("timeout"));
    xhr.onabort = () => reject(new ApiError("cancelled"));
    signal.addEventListener("abort", () => xhr.abort());
    if (signal.aborted) reject(new ApiError("cancelled"));
    else xhr.send(body);
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

/** Maps S3's XML error to one of our codes. */
function storageCode(status: number, body: string): string {
  if (body.includes("<Code>EntityTooLarge</Code>")) return "image_too_large";
  // 409: another PUT of the same object is in progress.
  return status >= 500 || status === 409 ? "unavailable" : "upload_refused";
}
