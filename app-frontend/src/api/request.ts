import { ApiError, apiError } from "./error.ts";

export type Call = {
  method?: string;
  accessToken?: string;
  idempotencyKey?: string | undefined;
  /** The tag of what the call replaces. */
  ifMatch?: string;
  /** The tag of what the caller has: 304 if it is still that. */
  ifNoneMatch?: string;
  json?: unknown;
  /** Lets a small call outlive the page. */
  keepalive?: boolean;
  /** Aborts the call, which then rejects with `cancelled`. */
  signal?: AbortSignal;
  timeoutMs?: number;
};

export type Transfer = {
  /** Called with the fraction that is sent, from 0 to 1. */
  onProgress: (sent: number) => void;
  /** Aborts the upload, which then rejects with `cancelled`. */
  signal: AbortSignal;
  timeoutMs?: number;
};

/** Where S3 takes a file by one PUT. */
export type UploadTarget = { url: string; headers: Record<string, string> };

type Reply = { status: number; body: string; retryAfter: string | null };

const usualTimeoutMs = 30_000;
const uploadTimeoutMs = 10 * 60_000;

export async function request<T>(path: string, call: Call = {}): Promise<T> {
  return read<T>(await send(`/api${path}`, call));
}

/** Puts a file into S3 by a presigned URL, which takes it once. */
export async function putFile(to: UploadTarget, file: File, transfer: Transfer): Promise<void> {
  const { status, responseText } = await put(to, file, transfer);
  const isThere = status === 412; // sent before, and only S3's answer was lost
  if (isThere || (status >= 200 && status <= 299)) return;
  throw new ApiError(storageCode(status, responseText), { status });
}

async function send(url: string, call: Call): Promise<Reply> {
  const { method = "GET", accessToken, json, signal, keepalive = false, timeoutMs = usualTimeoutMs } = call;
  const headers = new Headers({ accept: "application/json" });
  if (accessToken) headers.set("authorization", `Bearer ${accessToken}`);
  if (call.idempotencyKey) headers.set("idempotency-key", call.idempotencyKey);
  if (call.ifMatch) headers.set("if-match", call.ifMatch);
  if (call.ifNoneMatch) headers.set("if-none-match", call.ifNoneMatch);
  if (json) headers.set("content-type", "application/json");
  const body = json ? JSON.stringify(json) : null;
  try {
    const signals = [AbortSignal.timeout(timeoutMs), ...(signal ? [signal] : [])];
    const stop = AbortSignal.any(signals);
    const response = await fetch(url, { method, headers, body, signal: stop, cache: "no-store", keepalive });
    const retryAfter = response.headers.get("retry-after");
    return { status: response.status, body: await response.text(), retryAfter };
  } catch (error) {
    if (signal?.aborted) throw new ApiError("cancelled");
    const late = error instanceof DOMException && error.name === "TimeoutError";
    throw new ApiError(late ? "timeout" : "unreachable");
  }
}

/** `XMLHttpRequest`, because `fetch` reports no upload progress. */
function put(
  { url, headers }: UploadTarget,
  file: File,
  { onProgress, signal, timeoutMs = uploadTimeoutMs }: Transfer,
): Promise<XMLHttpRequest> {
  return new Promise((resolve, reject) => {
    const xhr = new XMLHttpRequest();
    xhr.open("PUT", url);
    xhr.timeout = timeoutMs;
    for (const [name, value] of Object.entries(headers)) xhr.setRequestHeader(name, value);
    xhr.upload.onprogress = ({ loaded, total }) => onProgress(total ? loaded / total : 0);
    xhr.onload = () => resolve(xhr);
    xhr.onerror = () => reject(new ApiError("unreachable"));
    xhr.ontimeout = () => reject(new ApiError("timeout"));
    xhr.onabort = () => reject(new ApiError("cancelled"));
    signal.addEventListener("abort", () => xhr.abort());
    if (signal.aborted) reject(new ApiError("cancelled"));
    else xhr.send(file);
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
