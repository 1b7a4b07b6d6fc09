import { ApiError, apiError } from "./api-error.ts";

export type Call = { method?: string; accessToken?: string; json?: unknown };

export type Upload = {
  method: "POST" | "PUT";
  form: FormData;
  accessToken?: string;
  /** Hears the share that is sent, from 0 to 1. */
  onProgress: (sent: number) => void;
  /** Calls the upload off: then it rejects with `cancelled`. */
  signal: AbortSignal;
};

type Reply = { status: number; body: string; retryAfter: string | null };

const timeoutMs = 30_000;
const uploadTimeoutMs = 10 * 60_000;

export async function request<T>(path: string, call: Call = {}): Promise<T> {
  return read<T>(await send(`/api${path}`, call));
}

export async function upload<T>(path: string, call: Upload): Promise<T> {
  return read<T>(await sendForm(`/api${path}`, call));
}

async function send(url: string, { method = "GET", accessToken, json }: Call): Promise<Reply> {
  const headers = new Headers({ accept: "application/json" });
  if (accessToken) headers.set("authorization", `Bearer ${accessToken}`);
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
function sendForm(url: string, { method, form, accessToken, onProgress, signal }: Upload): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const xhr = new XMLHttpRequest();
    xhr.open(method, url);
    xhr.timeout = uploadTimeoutMs;
    xhr.setRequestHeader("accept", "application/json");
    if (accessToken) xhr.setRequestHeader("authorization", `Bearer ${accessToken}`);
    xhr.upload.onprogress = ({ loaded, total }) => onProgress(total ? loaded / total : 0);
    xhr.onload = () => {
      const retryAfter = xhr.getResponseHeader("retry-after");
      resolve({ status: xhr.status, body: xhr.responseText, retryAfter });
    };
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
