import { randomUUID } from "node:crypto";

export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Readonly<Record<string, string>>;
  readonly ms: number;
}

export interface Tokens {
  readonly access_token: string;
  readonly refresh_token: string;
}

interface Sent {
  readonly token?: string | undefined;
  readonly json?: unknown;
  readonly headers?: Record<string, string>;
}

/** The contract of login and profile, as a client of the proxy has it. */
export function client(origin: () => string) {
  async function ask(method: string, path: string, { token, json, headers = {} }: Sent = {}): Promise<Reply> {
    const startedAt = performance.now();
    const answer = await fetch(`${origin()}${path}`, {
      method,
      headers: {
        ...headers,
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...(json !== undefined && { "content-type": "application/json" }),
      },
      ...(json !== undefined && { body: typeof json === "string" ? json : JSON.stringify(json) }),
      signal: AbortSignal.timeout(20_000),
    });
    const text = await answer.text();
    const body = (text === "" ? {} : JSON.parse(text)) as Record<string, string>;
    return { status: answer.status, headers: answer.headers, body, ms: performance.now() - startedAt };
  }

  /** Signs in again, which opens a second session. */
  async function signIn(credentials: { username: string; password: string }): Promise<Tokens> {
    const { status, body } = await ask("POST", "/login", { json: credentials });
    if (status !== 200) throw new Error(`/login answered ${status}: ${JSON.stringify(body)}`);
    return body as unknown as Tokens;
  }

  return { ask, signIn };
}

export type Client = ReturnType<typeof client>;

export const newCredentials = () => ({
  username: `p-${randomUUID()}@example.org`,
  password: `${randomUUID()} correct horse`,
});
