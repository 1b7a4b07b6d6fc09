import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { connect as connectTls } from "node:tls";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { sendBytes, startNginx, type TestNginx } from "./nginx.ts";

const read = (path: string) => readFileSync(join(import.meta.dirname, "../..", path), "utf8");
const patienceMs = 240_000; // Ansible takes its time on a machine that has other work
const longest = `${"a".repeat(63)}.${"b".repeat(63)}.${"c".repeat(63)}.${"d".repeat(57)}.org`;
const ec2 = "ec2-203-113-113-113.ap-southeast-2.compute.amazonaws.com";
const clientOrigin = "http://localhost:3000";
const names = [ec2, "203.0.113.4", "localhost", "127.0.0.1", longest];

let api: Server;
let site: TestNginx;
let secure: TestNginx;

beforeAll(async () => {
  // Stands in the API's place: nginx must not touch what it says.
  api = createServer({ maxHeaderSize: 48 * 1024 }, (req, res) =>
    res.writeHead(418, { "x-path": req.url ?? "" }).end("tea"),
  );
  api.listen(0, "127.0.0.1");
  await once(api, "listening");
  const apiPort = (api.address() as AddressInfo).port;
  [site, secure] = await Promise.all([
    startNginx({ names, apiPort, notestamp: clientOrigin }),
    startNginx({ names: ["site.example", ...names], domain: "site.example", apiPort }),
  ]);
}, patienceMs);
afterAll(async () => {
  await Promise.all([site.close(), secure.close()]);
  api.close();
  api.closeAllConnections();
});

interface Read {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: string;
}

function parse(answer: string): Read {
  const [head = "", body = ""] = answer.split(/\r\n\r\n(.*)/s);
  const [first = "", ...lines] = head.split("\r\n");
  const headers = lines.map(
    (line) => [line.split(":")[0]!.toLowerCase(), line.replace(/^[^:]*: */, "")] as const,
  );
  return { status: Number(first.split(" ")[1]), headers: Object.fromEntries(headers), body };
}

const ask = async (bytes: string, port = site.ports[80]) => parse(await sendBytes(port, bytes));
const get = (path: string, host: string, more = "") =>
  `GET ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n${more}\r\n`;

const headersOfEveryAnswer = {
  "content-security-policy": expect.stringMatching(/^default-src 'none'.*frame-ancestors 'none'/),
  "x-content-type-options": "nosniff",
  "referrer-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
};

function expectProblem(answer: Read, status: number, code: string): void {
  expect([answer.status, answer.headers["content-type"]]).toEqual([status, "application/problem+json"]);
  expect(JSON.parse(answer.body)).toEqual({
    type: "about:blank",
    title: expect.any(String),
    status,
    code,
    requestId: answer.headers["x-request-id"],
  });
  expect(answer.headers).toMatchObject({
    ...headersOfEveryAnswer,
    "content-security-policy": "default-src 'none'; base-uri 'none'; frame-ancestors 'none'",
    "cache-control": "no-store",
  });
}

async function askSecurely(bytes: string): Promise<Read> {
  const socket = connectTls({ port: secure.ports[443], host: "127.0.0.1", rejectUnauthorized: false });
  socket.write(bytes);
  let answer = "";
  socket.on("data", (chunk) => (answer += String(chunk)));
  await once(socket, "close");
  return parse(answer);
}

describe("a site is asked for by name", () => {
  test.each(names)("USE-29 it answers as %s, whatever the port and case", async (name) => {
    for (const host of [name, `${name}:8080`, name.toUpperCase()]) {
      expect([host, (await ask(get("/", host))).body]).toEqual([host, expect.stringContaining('id="root"')]);
      expect([host, (await ask(get("/api/ready", host))).status]).toEqual([host, 418]);
    }
  });

  test.each(["evil.example", "localhost.evil.example", "203.0.113.5", "10.0.0.4", "_", "[::1]"])(
    "USE-29 it answers 421 as %s, to page and API",
    async (name) => {
      const page = await ask(get("/", name));
      expect([page.status, page.body]).toEqual([421, "This host does not serve that name.\n"]);
      expect(page.headers).toMatchObject(headersOfEveryAnswer);
      expectProblem(await ask(get("/api/ready", name)), 421, "misdirected_request");
    },
  );

  test("USE-29 a domain that the site does not have yet can be proven, with and without another domain", async () => {
    for (const port of [site.ports[80], secure.ports[80]]) {
      for (const name of ["new.example", "NEW.example.:80", "localhost"]) {
        const { status, body } = await ask(get("/.well-known/acme-challenge/token", name), port);
        expect([name, status, body]).toEqual([name, 200, "proof"]);
        expect((await ask(get("/.well-known/acme-challenge/none", name), port)).status).toBe(404);
      }
      expect(
        (await ask(get("/.well-known/acme-challenge/token/..%2f..", "new.example"), port)).status,
      ).not.toBe(200);
    }
  });

  test("USE-29 a request that names none is answered 421 by HTTP/1.0 and 400 by HTTP/1.1", async () => {
    expect((await ask("GET / HTTP/1.0\r\n\r\n")).status).toBe(421);
    expect((await ask("GET / HTTP/1.1\r\n\r\n")).status).toBe(400);
  });

  test("USE-29 with a domain all names lead there, and no other name does", async () => {
    for (const name of ["site.example", ...names]) {
      const { status, headers } = await ask(get("/gallery?a=b", name), secure.ports[80]);
      expect([name, status, headers["location"]]).toEqual([name, 301, "https://site.example/gallery?a=b"]);
    }
    const refused = await ask(get("/", "evil.example"), secure.ports[80]);
    expect([refused.status, refused.headers["location"]]).toEqual([421, undefined]);
    expect((await askSecurely(get("/", "site.example"))).status).toBe(200);
    expectProblem(await askSecurely(get("/api/ready", ec2)), 421, "misdirected_request");
  });
});

describe("what nginx refuses in the API's place", () => {
  const cookie = (bytes: number) => `Cookie: a=${"a".repeat(bytes)}\r\n`;
  const post = (path: string, more: string) =>
    `POST ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n${more}\r\n`;
  const tooLong = "Content-Length: 99999999\r\n";
  const headers = (count: number) => `X-A: ${"a".repeat(8_000)}\r\n`.repeat(count);

  test.each([
    ["a path that is none", get("/api/%00", "localhost"), 400, "malformed_request"],
    [
      "a path that is none, by an absolute address",
      get("http://localhost/api/%00", "localhost"),
      400,
      "malformed_request",
    ],
    [
      "a header twice",
      get("/api/ready", "localhost", "Content-Length: 1\r\nContent-Length: 2\r\n"),
      400,
      "malformed_request",
    ],
    ["a host that is none", get("/api/ready", "a/b"), 400, "malformed_request"],
    ["a length that is none", post("/api/auth/signin", "Content-Length: -1\r\n"), 400, "malformed_request"],
    ["TRACE", get("/api/account", "localhost").replace("GET", "TRACE"), 405, "method_not_allowed"],
    ["a sign-in of 100 MB", post("/api/auth/signin", tooLong), 413, "request_too_large"],
    ["a registration of 100 MB", post("/api/auth/register", tooLong), 413, "image_too_large"],
    ["a picture of 100 MB", post("/api/account/image", tooLong), 413, "image_too_large"],
    ["a project of 100 MB", post("/api/projects", tooLong), 413, "notes_too_large"],
    [
      "notes of 100 MB",
      post("/api/projects/a/notes", tooLong).replace("POST", "PUT"),
      413,
      "notes_too_large",
    ],
    ["an address of 9 kB", get(`/api/${"a".repeat(9_000)}`, "localhost"), 414, "malformed_request"],
    ["a cookie of 9 kB", get("/api/account", "localhost", cookie(9_000)), 431, "headers_too_large"],
    ["headers of 40 kB", get("/api/account", "localhost", headers(5)), 431, "headers_too_large"],
    [
      "headers that are too large, by another name",
      get("/api/account", "evil.example", headers(5)),
      431,
      "headers_too_large",
    ],
  ])(
    "USE-29 %s is a problem document with the headers of every answer",
    async (_what, bytes, status, code) => {
      const answer = await ask(bytes);
      expectProblem(answer, status, code);
      expect("allow" in answer.headers).toBe(status === 405);
    },
  );

  test("USE-29 what is too large says what to do", async () => {
    const problem = JSON.parse((await ask(get("/api/account", "localhost", cookie(9_000)))).body);
    expect(problem.title).toContain("delete this site's cookies");
    const page = await ask(get("/", "localhost", cookie(9_000)));
    expect([page.status, page.body]).toEqual([
      431,
      expect.stringContaining("Delete the cookies of this site"),
    ]);
    expect(page.headers).toMatchObject(headersOfEveryAnswer);
  });

  test("USE-29 cookies of 7 KiB and headers of 24 kB reach the API, which takes more than nginx", async () => {
    expect((await ask(get("/api/account", "localhost", cookie(7 * 1024)))).status).toBe(418);
    expect((await ask(get("/api/account", "localhost", headers(3)))).status).toBe(418);
    const [, count, size] = /large_client_header_buffers (\d+) (\d+)k;/.exec(
      read("ansible/roles/frontend/templates/nginx.conf.j2"),
    )!;
    const [, most] = /maxHeaderBytes = (\d+) \* 1024/.exec(read("app-backend/src/process/serve.ts"))!;
    expect(Number(most)).toBeGreaterThan(Number(count) * Number(size) + 8);
  });

  test("USE-29 /api is the API's, and no answer of nginx's own", async () => {
    for (const path of ["/api", "/api?a=b", "/api/"])
      expect([path, await ask(get(path, "localhost"))]).toMatchObject([
        path,
        { status: 418, headers: { "x-path": path } },
      ]);
    for (const path of ["/apis", "/apifoo/bar"])
      expect((await ask(get(path, "localhost"))).body).toContain("root");
  });

  test("VER-13 the public keys are the API's to answer, and no page", async () => {
    const path = "/.well-known/jwks.json";
    expect(await ask(get(path, "localhost"))).toMatchObject({ status: 418, headers: { "x-path": path } });
    expect((await askSecurely(get(path, "site.example"))).status).toBe(418);
    expect((await ask(get(`${path}/a`, "localhost"))).body).toContain('id="root"');
  });

  test.each([
    ["POST to a page", post("/", "Content-Length: 0\r\n"), 405, "This page can only be read.\n"],
    ["no HTTP", "hello\r\n\r\n", 400, "The request cannot be read.\n"],
    ["a path that is none", get("/%00", "localhost"), 400, "The request cannot be read.\n"],
    ["an address of 9 kB", get(`/${"a".repeat(9_000)}`, "localhost"), 414, "The address is too long.\n"],
  ])(
    "USE-29 %s is answered in words with the headers of every answer",
    async (_what, bytes, status, words) => {
      const answer = await ask(bytes);
      expect([answer.status, answer.body]).toEqual([status, words]);
      expect(answer.headers).toMatchObject({
        ...headersOfEveryAnswer,
        "content-type": "text/plain; charset=utf-8",
      });
      expect(answer.headers["allow"]).toBe(status === 405 ? "GET, HEAD" : undefined);
    },
  );

  test("USE-29 plain HTTP at the port of TLS, and the API by plain HTTP beside TLS, are problem documents", async () => {
    expectProblem(await ask(get("/api/ready", "site.example"), secure.ports[443]), 400, "malformed_request");
    for (const path of ["/api", "/api/ready"])
      expectProblem(await ask(get(path, "site.example"), secure.ports[80]), 403, "https_required");
  });

  test(
    "USE-29 an API that is away is a problem document with Retry-After, for any method",
    async () => {
      const away = await startNginx({ names, apiPort: 1, notestamp: clientOrigin });
      try {
        for (const bytes of [
          get("/api/ready", "localhost"),
          post("/api/auth/signin", "Content-Length: 0\r\n"),
          post("/home/upload", `Content-Length: ${100 * 2 ** 20}\r\n`), // more than other locations take
        ]) {
          const answer = await ask(bytes, away.ports[80]);
          expectProblem(answer, 503, "unavailable");
          expect(answer.headers["retry-after"]).toBe("5");
        }
      } finally {
        await away.close();
      }
    },
    patienceMs,
  );

  test("USE-29 the locations of these answers are closed to requests from outside", async () => {
    for (const path of ["/.problem", "/.error"]) {
      const { status, body } = await ask(get(path, "localhost"));
      expect([path, status, body]).toEqual([path, 404, expect.not.stringContaining("about:blank")]);
    }
  });
});

describe("the facade for the notestamp client", () => {
  const paths = [
    "/auth",
    "/auth/signin",
    "/home/",
    "/home/stream-audio/Ma%20le%C3%A7on%201%2F2%20%23tone?a=b",
  ];
  const from = (origin: string, more = "") => `Origin: ${origin}\r\n${more}`;
  const upload = (bytes: number, origin = clientOrigin) =>
    `POST /home/upload HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: ${bytes}\r\n${from(origin)}\r\n`;

  test.each(paths)("FAC-01 %s is the API's if it is switched on, for every method", async (path) => {
    for (const method of ["GET", "POST", "DELETE", "PUT", "OPTIONS"]) {
      const { status, headers } = await ask(get(path, "localhost").replace("GET", method));
      expect([method, status, headers["x-path"]]).toEqual([method, 418, path]);
    }
  });

  test.each(paths)(
    "FAC-01 %s is 404 and not the page if it is switched off, for every method",
    async (path) => {
      for (const method of ["GET", "POST", "DELETE", "PUT", "OPTIONS"]) {
        const { status, headers, body } = await askSecurely(get(path, "site.example").replace("GET", method));
        expect([method, status, body]).toEqual([method, 404, "There is nothing here.\n"]);
        expect(headers).toMatchObject({
          ...headersOfEveryAnswer,
          "content-type": "text/plain; charset=utf-8",
        });
        expect("set-cookie" in headers).toBe(false);
      }
    },
  );

  test("FAC-01 takes no address from the page", async () => {
    for (const path of [
      "/",
      "/signin",
      "/homes",
      "/authors",
      "/account",
      "/projects/home",
      "/gallery/auth",
      "/Home",
    ])
      expect([path, (await ask(get(path, "localhost"))).body]).toEqual([
        path,
        expect.stringContaining('id="root"'),
      ]);
  });

  test("FAC-05 FAC-07 takes 200 MiB, and pages of the client may read what nginx answers in its place", async () => {
    expect((await ask(upload(202 * 2 ** 20))).status).toBe(418);
    const large = await ask(upload(204 * 2 ** 20));
    expectProblem(large, 413, "media_too_large");
    const cookie = `Cookie: a=${"a".repeat(9_000)}\r\n`;
    const headers = await ask(get("/home/list", "localhost", from(clientOrigin, cookie)));
    expectProblem(headers, 431, "headers_too_large"); // FAC-04
    expect(large.headers).toMatchObject({
      vary: "Origin",
      "access-control-allow-origin": clientOrigin,
      "access-control-allow-credentials": "true",
    });
    const page = await ask(get("/api/account", "localhost", from(clientOrigin, cookie)));
    for (const answer of [await ask(upload(204 * 2 ** 20, "http://localhost:30000")), page])
      expect("access-control-allow-origin" in answer.headers).toBe(false);
  });
});

test("WEB-12 nginx logs no title of a project", async () => {
  await ask(get("/home/media-file/Secret%20plan?a=Secret", "localhost"));
  const paths = site.accesses().match(/"path":"[^"]*"/g);
  expect(paths).toContain('"path":"/home/media-file/"');
  expect(site.accesses()).not.toMatch(/Secret|leçon/);
});

test("OPS-13 nginx starts within the limits of its unit, and has nothing to complain of", () => {
  for (const { errors } of [site, secure]) expect(errors()).not.toMatch(/\[(alert|emerg|crit)\]/);
  const [, files] = /^LimitNOFILE=(\d+)$/m.exec(read("ansible/roles/frontend/templates/hardening.conf.j2"))!;
  const [, connections] = /worker_connections (\d+);/.exec(
    read("ansible/roles/frontend/templates/nginx.conf.j2"),
  )!;
  expect(Number(files)).toBeGreaterThan(2 * Number(connections));
});
