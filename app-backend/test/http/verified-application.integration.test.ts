import { once } from "node:events";
import { Agent, createServer, type IncomingMessage, request, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { Writable } from "node:stream";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { composeVerifier } from "../../src/compose/verifier.ts";
import type { VerifierConfig } from "../../src/config/verifier.ts";
import { serve, stop } from "../../src/process/serve.ts";
import { startApp, type TestApp } from "../app.ts";
import { bearer, member, signOut } from "../client.ts";
import { eventually } from "../eventually.ts";
import { type ProxyName, startCache, startProxy, startVerifiedApplication } from "../proxies.ts";
import { rawGet, sendRaw } from "../raw-request.ts";
import { tcpProxy } from "../tcp-proxy.ts";
import { timeOf, within } from "../within.ts";

const patienceMs = 120_000;
const nowhere = () => new Writable({ write: (_chunk, _encoding, done) => done() });

let app: TestApp;
let application: Awaited<ReturnType<typeof startVerifiedApplication>>;
let verifier: Awaited<ReturnType<typeof startVerifier>>;
let cache: Awaited<ReturnType<typeof startCache>>;
const opened: { close: () => unknown }[] = [];

/** Closed at the end, also after a test that failed: what is left would keep this process. */
async function open<Opened extends { close: () => unknown }>(opening: Opened | Promise<Opened>) {
  const each = await opening;
  opened.push(each);
  return each;
}

beforeAll(async () => {
  app = await open(startApp({ accessTokens: "es256" }));
  application = await open(startVerifiedApplication());
  verifier = await open(startVerifier());
  cache = await open(startCache(verifier.port));
}, patienceMs);
afterAll(async () => {
  for (const each of opened.toReversed()) await each.close();
});

/** A verifier that has the public keys of the application, and asks its database for sessions. */
async function startVerifier(databasePort = app.config.database.port) {
  const { app: answering, close } = composeVerifier(ofVerifier(databasePort), { logTo: nowhere() });
  const server = await serve(answering, { port: 0 });
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      server.closeAllConnections();
      await stop(server, 0);
      await close();
    },
  };
}

const ofVerifier = (databasePort: number | undefined): VerifierConfig => ({
  place: { port: 0 },
  own: { keysUrl: `${app.url}/.well-known/jwks.json` },
  pool: undefined,
  database: { ...app.config.database, port: databasePort },
  redis: undefined,
  metrics: undefined,
  release: "test",
  logLevel: "info",
});

test("VER-14 the application publishes its public keys to caches, and takes nothing there", async () => {
  const url = `${app.url}/.well-known/jwks.json`;
  const answer = await fetch(url);
  expect(answer.headers.get("cache-control")).toBe("public, max-age=30");
  expect(await answer.json()).toEqual({ keys: [expect.objectContaining({ kty: "EC", use: "sig" })] });
  for (const method of ["POST", "PUT", "DELETE"])
    expect((await fetch(url, { method })).headers.get("allow")).toBe("GET, HEAD, OPTIONS");
  expect((await fetch(`${url}/a`)).status).toBe(404);
});

test("VER-07 the verifier answers 503 while sessions cannot be asked, and can be stopped then", async () => {
  const database = await open(tcpProxy(app.config.database.port!));
  const { body } = await member(app);
  const allowed = [200, undefined, body.account.id];
  await within(5_000, async () => {
    const { port, close } = await startVerifier(database.port);
    const ask = async (token: string) => {
      const { status, headers } = await sendRaw(
        `http://127.0.0.1:${port}`,
        rawGet("/verify", [`Authorization: Bearer ${token}`]),
      );
      return [status, headers["retry-after"], headers["x-auth-subject"]];
    };
    expect(await ask(body.accessToken)).toEqual(allowed);
    database.redirect(1); // no one listens there
    expect(await ask(body.accessToken)).toEqual([503, "5", undefined]);
    expect(await ask("a.b.c")).toEqual([401, undefined, undefined]);
    database.redirect();
    await eventually(async () => (await ask(body.accessToken))[0] === 200);
    database.pause();
    expect(await ask(body.accessToken)).toEqual([503, "5", undefined]);
    const ms = await timeOf(close);
    database.resume();
    return ms;
  });
});

interface Echo {
  readonly person: string;
  readonly url: string;
  readonly bytes: number;
  readonly headers: Readonly<Record<string, string>>;
}

const names: ProxyName[] = ["nginx", "caddy"];

describe.each(names)("an application behind %s and the verifier", (name) => {
  let proxy: Awaited<ReturnType<typeof startProxy>>;
  let someone: Awaited<ReturnType<typeof member>>;
  let token: string;

  beforeAll(async () => {
    proxy = await open(startProxy(name, { verifier: verifier.port, application: application.port }));
    someone = await member(app);
    token = someone.body.accessToken;
  }, patienceMs);

  const send = (path: string, lines: readonly string[] = [], method = "GET") =>
    sendRaw(proxy.url, rawGet(path, lines, method));
  const authorization = () => `Authorization: Bearer ${token}`;

  test("VER-04 hears who sent a request, and nothing that the client says of itself", async () => {
    const forged = ["X-Auth-Subject: root", "x-auth-session: a", "X-AUTH-ISSUER: b", "X_Auth_Subject: root"];
    for (const path of ["/a%2Fb?c=d", "/a.png"]) {
      const { status, body } = await send(path, [authorization(), ...forged, "Cookie: e=f"]);
      expect([path, status]).toEqual([path, 200]);
      const { person, url, headers } = JSON.parse(lastLine(body)) as Echo;
      expect(JSON.parse(person)).toEqual(["tintype", someone.body.account.id]);
      expect([url, headers["cookie"]]).toEqual([path, "e=f"]);
      expect(headers["x-auth-session"]).toMatch(/^[\w-]{36}$/);
      expect(JSON.stringify(headers)).not.toMatch(/root|eyJ/);
    }
  });

  test("VER-04 passes a body that the verifier does not see", async () => {
    const body = Buffer.alloc(5 << 20, "a");
    const answer = await fetch(`${proxy.url}/upload`, { method: "POST", body, headers: bearer(token) });
    expect([answer.status, ((await answer.json()) as Echo).bytes]).toEqual([200, body.length]);
  });

  test("VER-04 answers 401 to every request without a token, whatever its path, name and method", async () => {
    const ends = [
      "",
      "a",
      "a.png",
      "robots.txt",
      "favicon.ico",
      "index.html",
      "a;x",
      "a%2Fb",
      "%2e%2e",
      ".verify",
    ];
    const starts = ["/", "//", "/./", "/a/../", "/verify/", "/health/", "/.well-known/"];
    for (const path of starts.flatMap((start) => ends.map((end) => `${start}${end}`))) {
      expect([path, (await send(path)).status]).toEqual([path, name === "nginx" ? ofNginx(path) : 401]);
    }
    for (const method of ["HEAD", "OPTIONS", "POST", "PUT", "DELETE", "PATCH", "TRACE"]) {
      const { status } = await send("/a", ["Content-Length: 0"], method);
      expect([method, status]).toEqual([method, name === "nginx" && method === "TRACE" ? 405 : 401]);
    }
    const others = [
      rawGet(`${proxy.url}/a`),
      rawGet("http://another.example/a"),
      rawGet("/a").replace("Host: localhost", "Host: another.example"),
      "GET /a HTTP/1.0\r\n\r\n",
      rawGet("/a", ["X-Auth-Subject: root", "X-Auth-Issuer: tintype"]),
    ];
    for (const bytes of others)
      expect([bytes, (await sendRaw(proxy.url, bytes)).status]).toEqual([bytes, 401]);
  });

  test("VER-04 refuses by a problem document that says how to sign in", async () => {
    const { status, headers, body } = await send("/a");
    expect([status, JSON.parse(body).code]).toEqual([401, "not_signed_in"]);
    expect(headers).toMatchObject({
      "www-authenticate": 'Bearer realm="tintype"',
      "cache-control": "no-store",
    });
  });

  test("VER-08 answers odd requests as it does without a verifier", async () => {
    const other = "Authorization: Bearer a.b.c";
    const isNginx = name === "nginx";
    const expectations: [lines: readonly string[], status: number][] = [
      [[authorization(), other], isNginx ? 400 : 401],
      [[other, authorization()], isNginx ? 400 : 401],
      [[`authorization: bearer ${token}`], 200],
      [[`Authorization: Bearer  ${token}`], 401],
      [["Authorization: Basic YTpi"], 401],
      [[`Authorization: Bearer ${"a".repeat(16_000)}`], isNginx ? 400 : 401],
      [[authorization(), `Cookie: a=${"a".repeat(20_000)}`], isNginx ? 400 : 431], // of the application
      [[authorization(), `X-A: ${"a".repeat(90_000)}`], isNginx ? 400 : 431],
    ];
    for (const [lines, status] of expectations)
      expect([lines[0]!.slice(0, 40), (await send("/", lines)).status]).toEqual([
        lines[0]!.slice(0, 40),
        status,
      ]);
    expect((await send(`/?access_token=${token}`)).status).toBe(401);
    const post = (lines: readonly string[], body: string) =>
      sendRaw(proxy.url, rawGet("/", [authorization(), ...lines], "POST") + body);
    expect((await post(["Content-Length: 9000000"], "a")).status).toBe(413);
    const chunked = await post(["Transfer-Encoding: chunked"], "3\r\nabc\r\n0\r\n\r\n");
    expect([chunked.status, JSON.parse(lastLine(chunked.body)).bytes]).toEqual([200, 3]);
    const expecting = ["Content-Length: 3", "Expect: 100-continue"];
    const { status, body } = await post(expecting, "abc");
    expect([status, JSON.parse(lastLine(body)).bytes]).toEqual([100, 3]);
    expect(body).toMatch(/^HTTP\/1.1 200 OK/m);
    expect((await send("/", expecting, "POST")).status).toBe(401);
  });

  test(
    "VER-06 lets nothing pass by an answer that names no one",
    async () => {
      let answer: RequestListener = (_req, res) => res.end();
      const wrong = createServer((req, res) => answer(req, res)).listen(0, "127.0.0.1");
      const close = () => wrong.close().closeAllConnections();
      opened.push({ close });
      await once(wrong, "listening");
      const { port } = wrong.address() as AddressInfo;
      const behind = await open(startProxy(name, { verifier: port, application: application.port }, "800ms"));
      /** The status to expect: Caddy hands on what is no 2xx, nginx does not. */
      const cases: [what: string, status: number, answer: RequestListener][] = [
        ["a page", 503, (_req, res) => res.setHeader("content-type", "text/html").end("<html>")],
        ["204", 503, (_req, res) => res.writeHead(204).end()],
        ["an empty subject", 503, (_req, res) => res.writeHead(200, { "x-auth-subject": "" }).end()],
        ["302", name === "nginx" ? 503 : 302, (_req, res) => res.writeHead(302, { location: "/" }).end()],
        ["404", name === "nginx" ? 503 : 404, (_req, res) => res.writeHead(404).end()],
        ["503", 503, (_req, res) => res.writeHead(503).end()],
        ["500", name === "nginx" ? 503 : 500, (_req, res) => res.writeHead(500).end()],
        ["half an answer", 503, (_req, res) => res.socket?.end("HTTP/1.1 200 OK\r\nX-Auth-Sub")],
        ["nothing", 503, () => undefined],
        ["200 after 3 seconds", 503, (_req, res) => void sleep(3_000).then(() => res.end())],
      ];
      for (const [what, status, next] of cases) {
        answer = next;
        const refused = async () => {
          const answered = await sendRaw(behind.url, rawGet("/", ["X-Auth-Subject: root", authorization()]));
          expect([what, answered.status]).toEqual([what, status]);
          expect(answered.body).not.toContain("person");
        };
        await within(2_000, () => timeOf(refused));
      }
      close();
      expect((await sendRaw(behind.url, rawGet("/", [authorization()]))).status).toBe(503);
    },
    patienceMs,
  );

  test(
    "VER-07 mixes up no one through caches, and refuses the next request after a sign-out",
    async () => {
      const behind = await open(startProxy(name, { verifier: cache.port, application: application.port }));
      const site = await open(startCache(behind.port));
      const [one, gone] = await Promise.all([member(app), member(app)]);
      await signOut(app, gone.cookie);
      const agent = new Agent({ keepAlive: true, maxSockets: 20 });
      opened.push({ close: () => agent.destroy() });
      const people = [one, someone, gone, undefined];
      const asked = Array.from({ length: 500 }, async (_, index) => {
        const who = people[(index * 7) % people.length];
        const path = `/${index % 5}`;
        const answer = await askBy(agent, `${site.url}${path}`, who?.body.accessToken);
        const { status, body, headers } = answer;
        expect([headers["cache-control"], headers["x-cache"]]).toEqual([
          "no-store",
          expect.stringMatching(/^[MIS, ]+$/),
        ]);
        if (status === 401) return expect([undefined, gone]).toContain(who);
        const { person, url } = JSON.parse(body) as Echo;
        expect([status, url]).toEqual([200, path]);
        expect(person).toBe(JSON.stringify(["tintype", who?.body.account.id]));
      });
      await Promise.all(asked);
      await signOut(app, one.cookie);
      expect((await askBy(agent, site.url, one.body.accessToken)).status).toBe(401);
      expect((await askBy(agent, site.url, token)).status).toBe(200);
    },
    patienceMs,
  );
});

/** nginx itself refuses paths that leave the root, and its own location of the verifier. */
function ofNginx(path: string): number {
  const [, , end] = /^\/(\/|\.\/|a\/\.\.\/)?(\.verify|%2e%2e)$/.exec(path) ?? [];
  if (end === undefined) return 401;
  return end === ".verify" ? 404 : 400;
}

/** Of a body in chunks the one that is JSON. */
function lastLine(body: string): string {
  return body.split("\r\n").find((line) => line.startsWith("{")) ?? body;
}

async function askBy(agent: Agent, url: string, accessToken: string | undefined) {
  const sent = request(url, { agent, headers: accessToken === undefined ? {} : bearer(accessToken) });
  sent.end();
  const [answer] = (await once(sent, "response")) as [IncomingMessage];
  return { status: answer.statusCode, headers: answer.headers, body: await text(answer) };
}
