import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { parseSetCookie } from "cookie";
import { startApp, type TestApp } from "../app.ts";
import { type Operation, operations } from "../../src/http/contract/operations.ts";
import {
  getAccount,
  goodPassword,
  member,
  newEmail,
  register,
  refresh,
  send,
  signIn,
  signOut,
} from "../client.ts";
import { refused } from "../images.ts";

let app: TestApp;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.close());

describe("the refresh cookie", () => {
  test.each([
    ["http://site.example", { name: "refresh" }],
    ["https://site.example", { name: "__Host-refresh", secure: true }],
  ])("SESS-01 on %s", async (siteOrigin, expected) => {
    const site = await startApp({ siteOrigin });
    try {
      const { headers, cookie } = await member(site);
      const common = { httpOnly: true, sameSite: "strict", path: "/", ...expected };
      expect(cookieOf(headers)).toEqual({
        ...common,
        value: expect.any(String),
        maxAge: 14 * 24 * 3600,
        expires: expect.any(Date),
      });
      const cleared = cookieOf((await signOut(site, cookie)).headers);
      expect(cleared).toEqual({ ...common, value: "", expires: new Date(0) });
    } finally {
      await site.close();
    }
  });
});

test("USE-13, SLS-75 two sites on localhost in one browser have separate sessions", async () => {
  const sites = await Promise.all(
    [8080, 8081].map((port) =>
      startApp({ siteOrigin: `http://localhost:${port}`, cookieName: `refresh-${port}` }),
    ),
  );
  try {
    // As browsers store it: by name and host, regardless of port.
    const jar = new Map<string, string>();
    const keep = ({ headers }: { headers: Headers }) => {
      const { name, value = "" } = cookieOf(headers);
      if (value === "") jar.delete(name);
      else jar.set(name, value);
    };
    const all = () => [...jar].map(([name, value]) => `${name}=${value}`).join("; ");
    for (const site of sites) keep(await member(site));
    for (const site of [...sites, ...sites]) {
      const renewed = await refresh(site, all(), site.siteOrigin);
      expect(renewed.status).toBe(200);
      keep(renewed);
    }
    const [first, second] = sites as [TestApp, TestApp];
    keep(await signOut(first, all()));
    expect((await refresh(first, all(), first.siteOrigin)).status).toBe(401);
    expect((await refresh(second, all(), second.siteOrigin)).status).toBe(200);
  } finally {
    await Promise.all(sites.map((site) => site.close()));
  }
});

describe("the origin of a request that brings the cookie", () => {
  test.each([
    null,
    "null",
    "http://evil.example",
    "https://localhost.evil",
    "http://localhost:5173.evil",
    "http://localhost",
    "https://localhost:5173",
    "http://LOCALHOST:5173",
    "http://localhost:5173/",
    "",
  ])("WEB-01 %j is refused, and nothing happens", async (origin) => {
    const { cookie, body } = await member(app);
    expect(await refresh(app, cookie, origin)).toMatchObject({
      status: 403,
      body: { code: "bad_origin" },
      cookie: "",
    });
    const headers = { cookie, ...(origin !== null && { origin }) };
    expect(await send(app, "DELETE", "/auth/signout", { headers })).toMatchObject({ status: 403 });
    expect((await getAccount(app, body.accessToken)).status).toBe(200);
  });

  test("WEB-01 X-Forwarded-Host cannot vouch for it", async () => {
    const { cookie } = await member(app);
    const headers = { cookie, origin: "http://evil.example", "x-forwarded-host": "evil.example" };
    expect((await send(app, "POST", "/auth/refresh", { headers })).status).toBe(403);
  });

  test("USE-29 that equals the Host is refused: any name may resolve to this server", async () => {
    const { cookie } = await member(app);
    expect(await refresh(app, cookie, app.url)).toMatchObject({ status: 403, body: { code: "bad_origin" } });
    const email = newEmail();
    expect((await register(app, { email, headers: { origin: app.url } })).status).toBe(403);
    expect((await signIn(app, email, goodPassword, { origin: app.url })).status).toBe(403);
  });

  test("USE-29 may be any that is configured, scheme and port included", async () => {
    const site = await startApp({ otherSiteOrigins: ["http://localhost:8080", "http://192.0.2.7"] });
    const { cookie } = await member(site);
    for (const origin of [site.siteOrigin, "http://localhost:8080", "http://192.0.2.7"])
      expect([origin, (await refresh(site, cookie, origin)).status]).toEqual([origin, 200]);
    for (const origin of ["https://192.0.2.7", "http://192.0.2.7:8080", "http://localhost"])
      expect([origin, (await refresh(site, cookie, origin)).status]).toEqual([origin, 403]);
    await site.close();
  });
});

describe("every answer", () => {
  test.each(["/health", "/account", "/nowhere"])("WEB-14 of %s has the headers of an API", async (path) => {
    const { headers } = await send(app, "GET", path);
    expect(Object.fromEntries(headers)).toMatchObject({
      "cache-control": "no-store",
      "content-security-policy": "default-src 'none'; base-uri 'none'; frame-ancestors 'none'",
      "x-content-type-options": "nosniff",
      "x-request-id": expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
    expect(headers.has("x-powered-by")).toBe(false);
  });

  test("API-05 about an error is a problem document that names its request", async () => {
    const { status, headers, body } = await send(app, "GET", "/nowhere");
    expect(headers.get("content-type")).toBe("application/problem+json; charset=utf-8");
    expect(body).toEqual({
      type: "about:blank",
      title: "There is nothing here",
      status,
      code: "not_found",
      requestId: headers.get("x-request-id"),
    });
  });

  test.each([
    ["JSON that is none", "application/json", '{"email":'],
    ["JSON of 100 kB", "application/json", JSON.stringify({ email: "x".repeat(100_000) })],
    ["an unknown charset", "application/json; charset=klingon", "{}"],
    ["a form", "application/x-www-form-urlencoded", "email=a&password=b"],
    ["nothing", "application/json", ""],
  ])("API-04 to %s is 400 malformed_request", async (_name, type, body) => {
    const answer = await send(app, "POST", "/auth/signin", { headers: { "content-type": type }, body });
    expect(answer).toMatchObject({ status: 400, body: { code: "malformed_request" } });
  });
});

describe("USE-29 a method that a known path does not have", () => {
  const operationsOf = (path: string) =>
    Object.values<Operation>(operations).filter((one) => one.path === path);
  const rows = [...new Set(Object.values(operations).map(({ path }) => path))].map(
    (path) =>
      [
        path,
        operationsOf(path).flatMap(({ method }) =>
          method === "get" ? ["GET", "HEAD"] : method.toUpperCase(),
        ),
      ] as const,
  );

  test.each(rows)("of %s is 405, and Allow names those that it has", async (path, methods) => {
    const to = path.replace(":id", "00000000-0000-4000-8000-000000000000");
    const allow = [...methods, "OPTIONS"].join(", ");
    for (const method of ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "PROPFIND"]) {
      const headers = { "content-type": "application/json", origin: app.siteOrigin };
      const answer = await send(app, method, to, { headers });
      const about = `${method} ${answer.status}`;
      if (methods.includes(method)) {
        expect(about).not.toBe(`${method} 405`);
        continue;
      }
      expect([about, answer.headers.get("allow")]).toEqual([`${method} 405`, allow]);
      if (method !== "HEAD") expect(answer.body.code).toBe("method_not_allowed");
    }
    const asked = await send(app, "OPTIONS", to);
    expect([asked.status, asked.headers.get("allow")]).toEqual([204, allow]);
    expect(asked.headers.get("content-security-policy")).toContain("default-src 'none'");
  });

  test("is 404 if there is no such path, for OPTIONS too", async () => {
    for (const method of ["DELETE", "OPTIONS", "HEAD"])
      expect((await send(app, method, "/nowhere")).status).toBe(404);
  });
});

describe("health", () => {
  test("names the release", async () => {
    expect(await send(app, "GET", "/health")).toMatchObject({
      status: 200,
      body: { status: "ok", release: "dev" },
    });
  });

  test("ready is 200 if all is available, and 503 naming the bucket or the database if it is not", async () => {
    const site = await startApp();
    expect((await send(site, "GET", "/ready")).status).toBe(200);
    await site.bucket.remove();
    const answer = await send(site, "GET", "/ready");
    expect(answer).toMatchObject({
      status: 503,
      body: { code: "unavailable", errors: [{ field: "bucket" }] },
    });
    expect(answer.headers.get("retry-after")).toBe("5");
    await site.pool.query(`DROP DATABASE ${site.config.database.database}`);
    const both = await send(site, "GET", "/ready");
    expect(both.body.errors?.map(({ field }) => field)).toEqual(["database", "bucket"]);
    await site.pool.query(`CREATE DATABASE ${site.config.database.database}`);
    await site.bucket.create();
    await site.close();
  });
});

describe("a failure", () => {
  test("AUTH-06 of the bucket: 503, no account; sign-in goes on; the retry succeeds", async () => {
    const site = await startApp();
    const { email } = await member(site);
    const late = newEmail();
    await site.bucket.remove();
    const answer = await register(site, { email: late });
    expect(answer).toMatchObject({ status: 503, body: { code: "unavailable" } });
    expect(answer.headers.get("retry-after")).toBe("5");
    expect((await signIn(site, email)).status).toBe(200);
    await site.bucket.create();
    expect((await register(site, { email: late })).status).toBe(201);
    await site.close();
  });

  test("WEB-11 that is a bug: 500 with only a request id; the log has the stack", async () => {
    const site = await startApp();
    const ofPhones = "phones, phone_enrolments, text_codes";
    const ofFactors = `totp_secrets, totp_enrolments, recovery_codes, factor_events, challenges, passkeys, ${ofPhones}`;
    const ofProjects = "project_versions, projects, media";
    const others = `codes, images, sessions, provider_identities, ${ofFactors}, ${ofProjects}`;
    await site.pool.query(`DROP TABLE ${others}, accounts`);
    const { status, body } = await signIn(site, "reader@example.org");
    const { requestId } = body;
    expect([status, body]).toEqual([
      500,
      { type: "about:blank", title: "Something went wrong on our side", status, code: "internal", requestId },
    ]);
    const lines = site.logLines.filter((line) => line.includes('"bug"'));
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0] ?? "")).toMatchObject({
      requestId,
      err: { stack: expect.stringContaining("accounts.ts") },
    });
    await register(site);
    expect(await site.bucket.keys()).toEqual([]);
    await site.close();
  });
});

describe("the log", () => {
  test("LOG-02 has one line per request: its id, pattern, outcome, and client", async () => {
    const { body } = await member(app);
    const { headers } = await send(app, "GET", "/account?token=secret", {
      headers: { authorization: `Bearer ${body.accessToken}` },
    });
    const lines = app.logLines.map((line) => JSON.parse(line));
    const [line, ...more] = lines.filter(({ requestId }) => requestId === headers.get("x-request-id"));
    expect(more).toEqual([]);
    expect(line).toMatchObject({
      msg: "request",
      method: "GET",
      route: "/api/account",
      status: 200,
      accountId: body.account.id,
    });
    expect(line.ms).toBeGreaterThan(0);
  });

  test("WEB-12 has no password, token, cookie or signature, whatever fails", async () => {
    const password = "a very secret passphrase";
    const email = newEmail();
    await register(app, { email, password });
    await register(app, { email, password });
    await register(app, { password, image: refused["PDF"] });
    await signIn(app, email, `${password}!`);
    const { body, cookie } = await signIn(app, email, password);
    await send(app, "GET", `/account?password=${encodeURIComponent(password)}&token=${body.accessToken}`);
    await send(app, "GET", `/${encodeURIComponent(password)}/${body.accessToken}`);
    await getAccount(app, `${body.accessToken}x`);
    await refresh(app, `${cookie}x`);
    await refresh(app, cookie);
    const signature = new URL(body.account.imageUrl).searchParams.get("X-Amz-Signature") ?? "?";
    const secrets = [
      "very secret",
      "very%20secret",
      signature,
      body.accessToken,
      cookie.split("=")[1] ?? "?",
    ];
    for (const secret of secrets) expect(app.logLines.join("")).not.toContain(secret);
  });
});

function cookieOf(headers: Headers) {
  const [header, ...more] = headers.getSetCookie();
  expect(more).toEqual([]);
  return { ...parseSetCookie(header ?? "") };
}
