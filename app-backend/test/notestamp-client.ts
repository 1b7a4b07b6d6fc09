import { goodPassword, newEmail, someAddress } from "./client.ts";
import type { TestApp } from "./app.ts";

/** What the client sends with each request that changes something. */
export const clientOrigin = "http://localhost:3000";

export interface Metadata {
  readonly title: string;
  readonly type: string;
  readonly label: string;
  readonly src: string;
  readonly mimetype?: string;
}

export interface Saved {
  /** More fields of the metadata, beside its title. */
  readonly metadata?: object;
  readonly notes?: unknown;
  /** A text, or a file with its name and label. */
  readonly mediaFile?:
    | string
    | { readonly bytes: Uint8Array; readonly name?: string; readonly label?: string };
}

export interface FacadeAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly bytes: Buffer;
  readonly text: string;
  json<Body>(): Body;
}

export type NotestampClient = ReturnType<typeof notestampClient>;

export const line = (text: string) => [{ type: "paragraph", children: [{ text }] }];

/** Speaks to the facade as a browser does: it keeps cookies, and sends its origin. */
export function notestampClient(app: Pick<TestApp, "url">, origin: string | null = clientOrigin) {
  const cookies = new Map<string, string>();
  const cookieHeader = () => [...cookies].map(([name, value]) => `${name}=${value}`).join("; ");

  async function send(method: string, path: string, init: RequestInit = {}): Promise<FacadeAnswer> {
    const headers = new Headers(init.headers);
    if (!headers.has("x-forwarded-for")) headers.set("x-forwarded-for", someAddress());
    if (origin !== null && !headers.has("origin")) headers.set("origin", origin);
    if (cookies.size > 0 && !headers.has("cookie")) headers.set("cookie", cookieHeader());
    const response = await fetch(app.url + path, { method, ...init, headers });
    for (const cookie of response.headers.getSetCookie()) keep(cookie);
    const bytes = Buffer.from(await response.arrayBuffer());
    const text = bytes.toString();
    return { status: response.status, headers: response.headers, bytes, text, json: () => JSON.parse(text) };
  }

  function keep(cookie: string): void {
    const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
    if (value === "") cookies.delete(name);
    else cookies.set(name, value);
  }

  function sendJson(method: string, path: string, value: unknown): Promise<FacadeAnswer> {
    return send(method, path, {
      body: JSON.stringify(value),
      headers: { "content-type": "application/json" },
    });
  }

  const register = (username: string, password = goodPassword) =>
    sendJson("POST", "/auth/register", { username, password });
  const signIn = (username: string, password = goodPassword) =>
    sendJson("POST", "/auth/signin", { username, password });

  return {
    cookies,
    cookieHeader,
    send,
    sendJson,
    register,
    signIn,
    /** Registers and signs in; the address. */
    async join(): Promise<string> {
      const email = newEmail();
      await register(email);
      const { status, text } = await signIn(email);
      if (status !== 200) throw new Error(`${status} ${text}`);
      return email;
    },
    save: (title: string, saved: Saved = {}) =>
      send("POST", "/home/upload", { body: uploadForm(title, saved) }),
    open: (title: string) => send("GET", `/home/open?name=${encodeURIComponent(title)}`),
    remove: (title: string) => send("DELETE", `/home/delete?name=${encodeURIComponent(title)}`),
    list: () => send("GET", "/home/list"),
    media: (title: string, headers: Record<string, string> = {}, method = "GET") =>
      send(method, `/home/stream-audio/${encodeURIComponent(title)}`, { headers }),
  };
}

/** The form in the client's order: the file first. */
export function uploadForm(title: string, { metadata = {}, notes = line("a"), mediaFile }: Saved): FormData {
  const form = new FormData();
  if (typeof mediaFile === "string") form.append("mediaFile", mediaFile);
  else if (mediaFile) {
    const { bytes, name = "lecture.mp3", label = "audio/mpeg" } = mediaFile;
    form.append("mediaFile", new Blob([new Uint8Array(bytes)], { type: label }), name);
  }
  form.append("content", JSON.stringify(notes));
  const common = { label: "Audio Player", type: "audio", src: "", mimetype: "audio/mpeg" };
  form.append("metadata", JSON.stringify({ ...common, title, ...metadata }));
  return form;
}
