import { randomBytes } from "node:crypto";
import { Agent, request, type RequestOptions } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import sharp from "sharp";

/** Idle connections are closed before nginx closes them, which could meet a request on its way. */
const agent = new Agent({ keepAlive: true, timeout: 5_000, maxSockets: 256 });

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

interface Sent {
  readonly headers?: Record<string, string | number>;
  readonly body?: string | Buffer;
  /** How long sending the body takes. */
  readonly bodyMs?: number;
}

/** One request with its whole response. Rejects if there is none. */
export function ask(method: string, url: string, { headers, body, bodyMs = 0 }: Sent = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const length = body === undefined ? {} : { "content-length": Buffer.byteLength(body) };
    const options: RequestOptions = { method, agent, headers: { ...length, ...headers }, timeout: 70_000 };
    const sent = request(url, options, (answer) => {
      let text = "";
      answer.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
      answer.on("end", () => resolve({ status: answer.statusCode!, headers: answer.headers, text }));
      answer.on("error", reject);
    });
    sent.on("error", reject).on("timeout", () => sent.destroy(new Error("no answer in 70 s")));
    if (bodyMs === 0) sent.end(body);
    else void drip(sent, Buffer.from(body ?? ""), bodyMs);
  });
}

async function drip(to: NodeJS.WritableStream, body: Buffer, overMs: number): Promise<void> {
  const pieces = 20;
  const size = Math.ceil(body.length / pieces);
  for (let at = 0; at < body.length; at += size) {
    to.write(body.subarray(at, at + size));
    await sleep(overMs / pieces);
  }
  to.end();
}

export const picture = () =>
  sharp({ create: { width: 60, height: 40, channels: 3, background: "#31506b" } })
    .png()
    .toBuffer();

/** A multipart form: its type and its bytes. */
export async function form(fields: Record<string, string>, name: string, file: Buffer) {
  const data = new FormData();
  for (const [field, value] of Object.entries(fields)) data.append(field, value);
  data.append(name, new Blob([new Uint8Array(file)]), "a.png");
  const encoded = new Response(data);
  const body = Buffer.from(await encoded.arrayBuffer());
  return { headers: { "content-type": encoded.headers.get("content-type")! }, body };
}

type Asking = typeof ask;
export type ApiUser = Awaited<ReturnType<typeof apiUser>>;

export interface ApiUserProps {
  /** @default - `ask` */
  readonly asking?: Asking;
  /** How pictures are sent: in a form with the request, or to the bucket before it. @default - "form" */
  readonly sends?: "form" | "upload";
}

/** A person with an account who uses the API directly. Refused requests throw. */
export async function apiUser(origin: string, { asking = ask, sends = "form" }: ApiUserProps = {}) {
  const email = `${randomBytes(6).toString("hex")}@example.org`;
  const credentials = { email, password: "silver and light" };
  const file = await picture();
  let accessToken = "";
  let cookie = "";
  let renewalKey: string | undefined;

  async function call(method: string, path: string, sent: Sent = {}): Promise<Answer> {
    const own = { origin, cookie, ...(accessToken && { authorization: `Bearer ${accessToken}` }) };
    const answer = await asking(method, `${origin}/api${path}`, {
      ...sent,
      headers: { ...own, ...sent.headers },
    });
    if (answer.status >= 300) throw new Error(`${answer.status} ${answer.text.slice(0, 200)}`);
    return answer;
  }
  const json = (method: string, path: string, value: unknown, headers = {}) => {
    const type = { "content-type": "application/json" };
    return call(method, path, { headers: { ...type, ...headers }, body: JSON.stringify(value) });
  };

  function enter({ headers, text }: Answer): void {
    ({ accessToken } = JSON.parse(text) as { accessToken: string });
    cookie = headers["set-cookie"]?.[0]?.split(";")[0] ?? cookie;
  }

  /** Sends the file to where the API has said; Node does not resolve names under localhost, and they are signed. */
  async function put(upload: Announced["upload"], bodyMs = 0): Promise<void> {
    const to = upload.url.replace("s3.localhost", "127.0.0.1");
    const headers = { ...upload.headers, host: new URL(upload.url).host };
    const { status } = await asking("PUT", to, { headers, body: file, bodyMs });
    if (status >= 300) throw new Error(`the bucket answered ${status}`);
  }

  /** The token of a picture that was sent to the bucket. */
  async function sentPicture(path: string, bodyMs = 0): Promise<string> {
    const { upload } = JSON.parse(
      (await json("POST", path, { contentType: "image/png", bytes: file.length })).text,
    ) as { upload: Announced["upload"] & { token: string } };
    await put(upload, bodyMs);
    return upload.token;
  }

  async function register(): Promise<void> {
    if (sends === "form") await call("POST", "/auth/register", await form(credentials, "image", file));
    else
      await json("POST", "/auth/register", {
        ...credentials,
        upload: await sentPicture("/auth/register/upload"),
      });
  }

  async function announced(name: string): Promise<Announced> {
    const { length: bytes } = file;
    return JSON.parse(
      (await json("POST", "/images", { name, contentType: "image/png", bytes })).text,
    ) as Announced;
  }

  const self = {
    /** As on another device: this one's session goes on. */
    signInElsewhere: () => json("POST", "/auth/signin", credentials, { cookie: "" }),
    /** As the page does it: what was not answered is repeated under the same key. */
    async refresh(): Promise<void> {
      renewalKey ??= randomBytes(16).toString("base64url");
      enter(await call("POST", "/auth/refresh", { headers: { "idempotency-key": renewalKey } }));
      renewalKey = undefined;
    },
    async signIn(): Promise<void> {
      renewalKey = undefined;
      enter(await json("POST", "/auth/signin", credentials, { cookie: "" }));
    },
    account: () => call("GET", "/account"),
    images: () => call("GET", "/images?limit=24"),
    async replacePicture(bodyMs = 0): Promise<void> {
      if (sends === "form")
        await call("PUT", "/account/image", { ...(await form({}, "image", file)), bodyMs });
      else
        await json("PUT", "/account/image", { upload: await sentPicture("/account/image/upload", bodyMs) });
    },
    /** Announces an image without sending it. Returns the id that the API acknowledged. */
    announce: async (name: string): Promise<string> => (await announced(name)).image.id,
    /** The id of an image that the API has acknowledged as published. */
    async upload(): Promise<string> {
      const { image, upload } = await announced("a.png");
      await put(upload);
      await call("POST", `/images/${image.id}/complete`);
      return image.id;
    },
    async ownImages(): Promise<string[]> {
      const ids: string[] = [];
      let query = "owner=me&limit=100";
      for (;;) {
        const page = JSON.parse((await call("GET", `/images?${query}`)).text) as Page;
        ids.push(...page.items.map(({ id }) => id));
        if (page.cursor === undefined) return ids;
        query = `owner=me&limit=100&cursor=${page.cursor}`;
      }
    },
    remove: (id: string) => call("DELETE", `/images/${id}`),
  };

  await register();
  await self.signIn();
  return self;
}

interface Announced {
  readonly image: { readonly id: string };
  readonly upload: { readonly url: string; readonly headers: Record<string, string> };
}
interface Page {
  readonly items: readonly { readonly id: string }[];
  readonly cursor?: string;
}
