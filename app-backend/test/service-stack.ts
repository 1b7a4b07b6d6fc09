import { once } from "node:events";
import type { Express } from "express";
import type { AddressInfo } from "node:net";
import { Writable } from "node:stream";
import { composeLogin } from "../src/compose/login-service.ts";
import { composeProfile } from "../src/compose/profile-service.ts";
import { loginConfig, profileConfig } from "../src/config/services.ts";
import { serve, stop } from "../src/process/serve.ts";
import { requireNoSecret } from "./app.ts";
import { someAddress } from "./client.ts";
import { newSecret } from "./environment.ts";
import { startOwnRedis } from "./redis.ts";
import { createDatabase } from "./store.ts";
import { tcpProxy } from "./tcp-proxy.ts";

export type ServiceStack = Awaited<ReturnType<typeof startServiceStack>>;

/** The services of login and profile, each with its own database behind a proxy, and one Redis between them. */
export async function startServiceStack({ onSent }: { readonly onSent?: (bytes: Buffer) => void } = {}) {
  const [ofLogin, ofProfile] = [
    await createDatabase(),
    await createDatabase({ migrations: "migrations-profile" }),
  ];
  const redis = await startOwnRedis();
  const databases = {
    login: await tcpProxy(ofLogin.config.port!, onSent),
    profile: await tcpProxy(ofProfile.config.port!),
  };
  const secrets = { ACCESS_TOKEN_SECRET: newSecret(), REFRESH_TOKEN_SECRET: newSecret() };
  let aheadMs = 0;
  const now = () => new Date(Date.now() + aheadMs);
  const logLines: string[] = [];
  const logTo = new Writable({
    write(chunk, _encoding, done) {
      logLines.push(String(chunk));
      done();
    },
  });
  const opened: { close(): Promise<void> }[] = [];

  function environmentOf(of: "login" | "profile"): Record<string, string> {
    const { host = "", user, password, database } = (of === "login" ? ofLogin : ofProfile).config;
    return {
      MYSQL_HOST: host,
      MYSQL_PORT: String(databases[of].port),
      MYSQL_USER: user,
      MYSQL_PASSWORD: password,
      MYSQL_DATABASE: database,
      REDIS_HOST: redis.config.host,
      REDIS_PORT: String(redis.config.port),
      REDIS_PASSWORD: redis.config.password,
    };
  }

  /** Listens on a port: any free one, if none is given. */
  async function open({ app, close }: { app: Express; close(): Promise<void> }, port = 0) {
    const server = await serve(app, { port });
    let isClosed = false;
    const service = {
      url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      async close() {
        if (isClosed) return;
        isClosed = true;
        server.closeAllConnections();
        await stop(server, 0);
        await close();
      },
    };
    opened.push(service);
    return service;
  }

  /** One more replica of the login service. */
  const startLogin = (port?: number) =>
    open(composeLogin(loginConfig({ ...environmentOf("login"), ...secrets }), { now, logTo }), port);

  const login = await startLogin();

  /** One more replica of the profile service. */
  function startProfile(changes: Record<string, string> = {}, clock?: () => number) {
    const settings = { ...environmentOf("profile"), KEYS_URL: `${login.url}/.well-known/jwks.json` };
    const overrides = { now, logTo, ...(clock && { clock }) };
    return open(composeProfile(profileConfig({ ...settings, ...changes }), overrides));
  }

  const profile = await startProfile();

  async function close(): Promise<void> {
    for (const each of opened.toReversed()) await each.close();
    for (const each of Object.values(databases)) each.close();
    await redis.kill();
    for (const each of [ofLogin, ofProfile]) await each.drop();
    if (!logTo.closed) await once(logTo.end(), "close");
    requireNoSecret(logLines);
  }

  return {
    ...{ login, profile, startLogin, startProfile, databases, redis, logLines, close },
    /** All that the profile service is given. */
    knownToProfile: environmentOf("profile"),
    pools: { login: ofLogin.pool, profile: ofProfile.pool },
    forward: (ms: number) => void (aheadMs += ms),
  };
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Record<string, unknown>;
}

interface Sent {
  readonly body?: unknown;
  /** Instead of `body`, as it is. */
  readonly text?: string;
  readonly token?: string | undefined;
  readonly headers?: Record<string, string>;
}

/** Sends a request as the proxy passes it on: from another address each time. */
export async function ask(
  { url }: { readonly url: string },
  method: string,
  path: string,
  { body, text, token, headers = {} }: Sent = {},
): Promise<Answer> {
  const sent = text ?? (body === undefined ? undefined : JSON.stringify(body));
  const answer = await fetch(`${url}${path}`, {
    method,
    headers: {
      "x-forwarded-for": someAddress(),
      ...(sent !== undefined && { "content-type": "application/json" }),
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...headers,
    },
    ...(sent !== undefined && { body: sent }),
  });
  const answered = await answer.text();
  return { status: answer.status, headers: answer.headers, body: answered ? JSON.parse(answered) : {} };
}
