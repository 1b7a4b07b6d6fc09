import { once } from "node:events";
import { get } from "node:http";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import sharp from "sharp";
import { notestampRoutes } from "../../src/http/notestamp/router.ts";
import { rawMysql } from "../adapters/mysql/stores.ts";
import { startAgain, startApp, type TestApp } from "../app.ts";
import {
  bearer,
  getAccount,
  goodPassword,
  listSessions,
  newEmail,
  postJson,
  refresh,
  send,
  signIn,
} from "../client.ts";
import {
  clientOrigin,
  line,
  type Metadata,
  notestampClient,
  type NotestampClient,
  uploadForm,
} from "../notestamp-client.ts";

const minuteMs = 60_000;

let app: TestApp;
let aheadMs = 0;
let client: NotestampClient;
let email: string;

beforeAll(async () => {
  const clock = () => new Date(Date.now() + aheadMs);
  app = await startApp({ clock, notestamp: clientOrigin, siteOrigin: "http://localhost:8080" });
});
afterAll(() => app.close());

async function newPerson(): Promise<void> {
  aheadMs = 0;
  client = notestampClient(app);
  email = await client.join();
}

const titles = (answer: { json<Body>(): Body }) => answer.json<Metadata[]>().map(({ title }) => title);

async function accountIdOf(address: string): Promise<string> {
  return (await signIn(app, address)).body.account.id;
}

describe("an account", () => {
  beforeAll(newPerson);

  test("FAC-03 is created by JSON or a form, under the rules of the page, and signs in with its projects", async () => {
    const username = newEmail();
    expect(await client.register(username)).toMatchObject({ status: 200, text: "Account created" });
    expect(await client.register(username)).toMatchObject({
      status: 409,
      text: "There is an account with this address",
    });
    const form = await client.send("POST", "/auth/register", {
      body: new URLSearchParams({ username: newEmail(), password: goodPassword }),
    });
    expect([form.status, form.headers.get("content-type")]).toEqual([200, "text/plain; charset=utf-8"]);
    for (const [name, password] of [
      [newEmail(), "short"],
      [newEmail(), "password123"],
      ["no address", goodPassword],
      [undefined, goodPassword],
      [newEmail(), undefined],
      [[newEmail()], goodPassword],
      [{ $ne: 1 }, goodPassword],
    ]) {
      const answer = await client.sendJson("POST", "/auth/register", { username: name, password });
      expect([name, answer.status, answer.headers.get("content-type")]).toEqual([
        name,
        400,
        "text/plain; charset=utf-8",
      ]);
    }
    await client.save("A");
    const answer = await client.signIn(email);
    const directory = [{ title: "A", type: "youtube", label: "Audio Player", src: "" }];
    expect([answer.status, answer.json()]).toEqual([200, { email, directory }]);
  });

  test.each(["a", "9", "!"])("FAC-03 gets a raster picture of its first letter: %s", async (start) => {
    const username = start + newEmail();
    await client.register(username);
    const { account } = (await signIn(app, username)).body;
    const picture = Buffer.from(await (await fetch(account.imageUrl)).arrayBuffer());
    expect(await sharp(picture).metadata()).toMatchObject({ format: "png", width: 176, height: 176 });
    expect((await sharp(picture).stats()).channels.every(({ stdev }) => stdev > 10)).toBe(true);
  });

  test("FAC-03 an unknown address is answered as a wrong password is", async () => {
    const unknown = await client.signIn(newEmail());
    const wrong = await client.signIn(email, "wrong horse battery");
    const comparable = ({ status, text, headers }: typeof wrong) => [
      ...[status, text],
      [...headers].filter(([name]) => !["date", "x-request-id"].includes(name)),
    ];
    expect(comparable(unknown)).toEqual(comparable(wrong));
    expect([wrong.status, wrong.text]).toEqual([401, "Email or password is wrong"]);
  });

  test("FAC-03 an address that has to be confirmed is answered 403", async () => {
    const strict = await startAgain(app, { confirmationRequired: true });
    expect(await notestampClient(strict).signIn(email)).toMatchObject({
      status: 403,
      text: "The address is not confirmed yet",
    });
    await strict.close();
  });

  test("FAC-05 is removed within 10 minutes of a sign-in, and not later", async () => {
    const late = notestampClient(app);
    await late.signIn(email);
    aheadMs = 11 * minuteMs;
    expect(await late.send("DELETE", "/auth/remove")).toMatchObject({ status: 401 });
    expect((await late.list()).status).toBe(200);
    await late.signIn(email);
    expect(await late.send("DELETE", "/auth/remove")).toMatchObject({ status: 200, text: "Account removed" });
    expect(late.cookies.size).toBe(0);
    expect((await client.list()).status).toBe(401);
    expect((await late.signIn(email)).status).toBe(401);
  });
});

describe("a session", () => {
  beforeAll(newPerson);
  beforeEach(async () => {
    aheadMs = 0;
    client = notestampClient(app);
    await client.signIn(email);
  });

  test("FAC-04 has two cookies of its own, which scripts cannot read and other sites do not send", async () => {
    const { headers } = await client.signIn(email);
    const cookies = headers
      .getSetCookie()
      .map((cookie) => cookie.replace(/=[^;]*/, "").replace(/; Expires=[^;]*/, ""));
    const attributes = "; Max-Age=1209600; Path=/; HttpOnly; SameSite=Strict";
    expect(cookies).toEqual([`notestamp-access-refresh${attributes}`, `notestamp-refresh${attributes}`]);
    const { headers: cleared } = await client.send("DELETE", "/auth/signout");
    for (const cookie of cleared.getSetCookie())
      expect(cookie).toMatch(
        /^notestamp-[a-z-]+=; Path=\/; Expires=Thu, 01 Jan 1970.*; HttpOnly; SameSite=Strict$/,
      );
  });

  test("FAC-04 has cookies of other names on another site of the host, and secure ones with TLS", async () => {
    const site = await startAgain(app, {
      siteOrigins: ["https://site.example"],
      refreshCookie: "refresh-8081",
    });
    const { headers } = await notestampClient(site).signIn(email);
    await site.close();
    for (const cookie of headers.getSetCookie())
      expect(cookie).toMatch(
        /^__Host-notestamp-(access-)?refresh-8081=.*; HttpOnly; Secure; SameSite=Strict$/,
      );
  });

  test("FAC-04 is one of the facade alone: the API takes neither of its cookies, and the facade no bearer", async () => {
    const [access, own] = ["notestamp-access-refresh", "notestamp-refresh"].map((name) =>
      client.cookies.get(name)!,
    );
    expect((await getAccount(app, access!)).status).toBe(401);
    expect((await refresh(app, `refresh=${own}`)).status).toBe(401);
    const cookie = [...client.cookies].map((pair) => pair.join("=")).join("; ");
    expect((await send(app, "GET", "/account", { headers: { cookie } })).status).toBe(401);
    const page = (await signIn(app, email)).body.accessToken;
    for (const headers of [
      bearer(page),
      bearer(access!),
      { cookie: `notestamp-access-refresh=${page}` },
      { cookie: `notestamp-refresh=${access}` }, // SESS-11
      { cookie: `notestamp-access-refresh=${own}` },
    ]) {
      const answer = await notestampClient(app).send("GET", "/home/list", { headers });
      expect([headers, answer.status]).toEqual([headers, 401]);
    }
  });

  test("FAC-04 odd cookies are refused, not an error", async () => {
    for (const cookie of [
      "notestamp-refresh=a; notestamp-refresh=b",
      `notestamp-access-refresh=${"a".repeat(9_000)}`,
      "notestamp-access-refresh=; notestamp-refresh=",
      "notestamp-refresh=%E0%A4%A",
    ])
      expect((await notestampClient(app).send("GET", "/home/list", { headers: { cookie } })).status).toBe(
        401,
      );
  });

  test("FAC-04 is renewed within a request, at once for all that come at once, and repeated after a lost reply", async () => {
    await client.save("A");
    const before = new Map(client.cookies);
    aheadMs = 20 * minuteMs;
    const tabs = Array.from({ length: 5 }, () => copy(before));
    const answers = await Promise.all(tabs.map((tab) => tab.list()));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
    expect(new Set(tabs.map((tab) => tab.cookies.get("notestamp-refresh"))).size).toBe(1);
    aheadMs += minuteMs; // the replies were lost
    expect((await client.list()).status).toBe(200);
    expect(client.cookies).not.toEqual(before);
    expect((await client.list()).headers.getSetCookie()).toEqual([]);
  });

  test("FAC-04 two holders of copied cookies are found at the renewal after", async () => {
    const thief = copy(client.cookies);
    aheadMs = 20 * minuteMs;
    expect([(await thief.list()).status, (await client.list()).status]).toEqual([200, 200]);
    aheadMs += 20 * minuteMs;
    expect((await thief.list()).status).toBe(200);
    aheadMs += minuteMs;
    expect((await client.list()).status).toBe(401);
    expect((await thief.list()).status).toBe(401);
    expect(app.audit().map(({ audit }) => audit)).toContain("refresh_reused");
  });

  test("FAC-04 signing in ends the one that the browser had", async () => {
    const former = copy(client.cookies);
    await client.signIn(email);
    expect((await former.list()).status).toBe(401);
  });

  test("FAC-04 ends by its own sign-out, which succeeds also without one", async () => {
    await newPerson(); // with no other session
    const other = notestampClient(app);
    await other.signIn(email);
    const page = await signIn(app, email);
    const kept = copy(client.cookies);
    for (const _time of [1, 2])
      expect(await client.send("DELETE", "/auth/signout")).toMatchObject({ status: 200 });
    expect((await kept.list()).status).toBe(401);
    expect((await other.list()).status).toBe(200);
    expect((await listSessions(app, page.body.accessToken)).body.items).toHaveLength(2);
    await send(app, "DELETE", "/auth/signout", { headers: { origin: app.siteOrigin, cookie: page.cookie } });
    expect((await other.list()).status).toBe(200);
  });

  test("FAC-04 ends at once with the password, and by signing out everywhere", async () => {
    await newPerson(); // whose password changes
    const page = await signIn(app, email);
    await postJson(
      app,
      "/auth/password",
      { current: goodPassword, next: "another horse battery" },
      bearer(page.body.accessToken),
    );
    expect((await client.list()).status).toBe(401);
    await client.signIn(email, "another horse battery");
    expect((await client.list()).status).toBe(200);
    const headers = { origin: app.siteOrigin, cookie: page.cookie };
    expect((await send(app, "DELETE", "/auth/signout?everywhere=true", { headers })).status).toBe(204);
    expect((await client.list()).status).toBe(401);
  });

  function copy(cookies: ReadonlyMap<string, string>): NotestampClient {
    const other = notestampClient(app);
    for (const [name, value] of cookies) other.cookies.set(name, value);
    return other;
  }
});

describe("an origin", () => {
  beforeAll(newPerson);

  const changes = [
    ["POST", "/auth/register"],
    ["POST", "/auth/signin"],
    ["POST", "/home/upload"],
    ["DELETE", "/home/delete?name=A"],
    ["DELETE", "/auth/signout"],
    ["DELETE", "/auth/remove"],
  ] as const;

  test.each(changes)("FAC-05 of another site changes nothing: %s %s", async (method, path) => {
    await client.save("A");
    const keys = await app.bucket.keys();
    const bodies: RequestInit[] = [
      {
        body: JSON.stringify({ username: newEmail(), password: goodPassword }),
        headers: { "content-type": "text/plain" },
      },
      { body: new URLSearchParams({ username: newEmail(), password: goodPassword }) },
      { body: uploadForm("B", { mediaFile: { bytes: Buffer.alloc(1000) } }) },
    ];
    for (const origin of ["http://evil.example", "null", `${clientOrigin}.evil.example`, ""]) {
      for (const init of bodies) {
        const headers = { ...init.headers, ...(origin !== "" && { origin }) };
        const cookie = [...client.cookies].map((pair) => pair.join("=")).join("; ");
        const stranger = notestampClient(app, null);
        const { status, headers: shown } = await stranger.send(method, path, {
          ...init,
          headers: { ...headers, cookie },
        });
        expect([origin, status]).toEqual([origin, 403]);
        expect(shown.get("access-control-allow-origin")).toBeNull();
        expect(shown.getSetCookie()).toEqual([]);
      }
    }
    expect(await app.bucket.keys()).toEqual(keys);
    expect(titles(await client.list())).toEqual(["A"]);
  });

  test("FAC-05 is not needed by programs that register and sign in with JSON, and is by all else", async () => {
    const program = notestampClient(app, null);
    const address = newEmail();
    expect([(await program.register(address)).status, (await program.signIn(address)).status]).toEqual([
      200, 200,
    ]);
    expect((await program.list()).status).toBe(200);
    expect((await program.save("A")).status).toBe(403);
  });

  test("FAC-05 of the client may read every answer with cookies, no other may", async () => {
    const answers = [
      await client.list(),
      await client.open("nothing"),
      await notestampClient(app).list(),
      await client.send("PUT", "/home/list"),
      await client.send("GET", "/home/nowhere"),
      await client.send("GET", "/home/media-file/%E0%A4%A"),
      await client.send("POST", "/auth/signin", {
        body: "{",
        headers: { "content-type": "application/json" },
      }),
    ];
    expect(answers.map(({ status }) => status)).toEqual([200, 404, 401, 405, 404, 400, 400]);
    for (const { headers } of answers) {
      expect(headers.get("access-control-allow-origin")).toBe(clientOrigin);
      expect(headers.get("access-control-allow-credentials")).toBe("true");
      expect(headers.get("vary")).toMatch(/origin/i);
      expect(headers.get("cross-origin-resource-policy")).toBe("same-site");
    }
    for (const origin of ["http://evil.example", "null", app.siteOrigin]) {
      const { headers } = await client.send("GET", "/home/list", { headers: { origin } });
      expect([origin, headers.get("access-control-allow-origin"), headers.get("vary")]).toEqual([
        origin,
        null,
        "Origin",
      ]);
    }
  });

  test("FAC-05 of the client passes the preflight, no other does", async () => {
    const asked = {
      "access-control-request-method": "DELETE",
      "access-control-request-headers": "content-type",
    };
    const answer = await client.send("OPTIONS", "/home/delete", { headers: asked });
    expect(answer.status).toBe(204);
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      "access-control-allow-origin": clientOrigin,
      "access-control-allow-methods": "GET, HEAD, POST, DELETE",
      "access-control-allow-headers": "content-type, range",
      allow: "DELETE, OPTIONS",
    });
    const evil = await client.send("OPTIONS", "/home/delete", {
      headers: { ...asked, origin: "http://evil.example" },
    });
    expect([evil.status, evil.headers.get("access-control-allow-methods")]).toEqual([204, null]);
  });
});

describe("the routes", () => {
  let other: NotestampClient;
  beforeAll(async () => {
    await newPerson();
    other = notestampClient(app);
    await other.join();
  });

  test("FAC-01 are none without the setting, for no method", async () => {
    const without = await startAgain(app, { notestamp: undefined });
    for (const path of ["/auth", "/home", ...Object.keys(notestampRoutes)])
      for (const method of ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"]) {
        const { status, headers } = await notestampClient(without).send(method, path);
        expect([path, method, status, headers.getSetCookie()]).toEqual([path, method, 404, []]);
      }
    await without.close();
  });

  test.each(Object.entries(notestampRoutes))(
    "FAC-01 %s takes its methods, and is 405 with Allow for others",
    async (path, methods) => {
      for (const method of ["GET", "POST", "PUT", "PATCH", "DELETE"]) {
        if ((methods as readonly string[]).includes(method)) continue;
        const { status, headers } = await client.send(method, path);
        expect([method, status, headers.get("allow")]).toEqual([
          method,
          405,
          [...methods, "OPTIONS"].join(", "),
        ]);
      }
    },
  );

  test.each(Object.entries(notestampRoutes).filter(([path]) => !/register|signin|signout/.test(path)))(
    "AZ-01 %s is for the holder of its cookies, and shows nothing of others",
    async (path, [method]) => {
      await client.save("A", { mediaFile: { bytes: Buffer.from("%PDF-1.7\n%") } });
      const address = `${path.replace(":title", "A")}${/open|delete/.test(path) ? "?name=A" : ""}`;
      expect((await notestampClient(app).send(method, address)).status).toBe(401);
      if (!/upload|list|remove/.test(path)) expect((await other.send(method, address)).status).toBe(404);
      expect(titles(await client.list())).toEqual(["A"]);
    },
  );
});

describe("a project", () => {
  beforeEach(newPerson);

  test("FAC-16 is saved, opened, listed and deleted in the shapes of the contract", async () => {
    const title = "Ma leçon 1/2 #tone";
    const notes = [
      {
        type: "paragraph",
        children: [
          { text: "" },
          { type: "stamp", label: "00:08", value: 7.5, children: [{ text: "" }] },
          { text: "The first idea", bold: true },
        ],
      },
    ];
    await client.save("Another");
    const saved = await client.save(title, {
      notes,
      mediaFile: { bytes: Buffer.from("%PDF-1.7\n%"), name: "a.pdf" },
    });
    const metadata = { title, type: "pdf", label: "Audio Player", src: "", mimetype: "application/pdf" };
    const [first, ...others] = saved.json<Metadata[]>();
    expect([saved.status, first, others.length]).toEqual([200, metadata, 1]);
    expect((await client.list()).json()).toEqual([first, ...others]);
    const opened = (await client.open(title)).json<{ metadata: Metadata; content: string }>();
    const src = `http://localhost:8080/home/media-file/${encodeURIComponent(title)}`;
    expect(opened.metadata).toEqual({ ...metadata, src });
    expect(JSON.parse(opened.content)).toEqual(notes);
    expect((await client.send("GET", new URL(src).pathname)).text).toBe("%PDF-1.7\n%");
    // Under the client's own address, if its server passes requests on; `fetch` sets the Host itself.
    const headers = { host: new URL(clientOrigin).host, cookie: client.cookieHeader() };
    const [passedOn] = await once(
      get(`${app.url}/home/open?name=${encodeURIComponent(title)}`, { headers }),
      "response",
    );
    expect(JSON.parse(await text(passedOn)).metadata.src).toBe(clientOrigin + new URL(src).pathname);
    expect(titles(await client.remove(title))).toEqual(["Another"]);
    expect(await client.open(title)).toMatchObject({ status: 404, text: "There is nothing here" });
    expect((await client.remove(title)).status).toBe(404);
  });

  test("FAC-16 keeps its link when an update has none, and its media when another file comes", async () => {
    const link = "https://youtu.be/dQw4w9WgXcQ";
    await client.save("Video", { metadata: { type: "youtube", src: link } });
    await client.save("Video", {
      metadata: { type: "youtube", src: "" },
      notes: line("b"),
      mediaFile: "null",
    });
    const { metadata, content } = (await client.open("Video")).json<{
      metadata: Metadata;
      content: string;
    }>();
    expect(metadata).toMatchObject({ type: "youtube", src: "https://www.youtube.com/watch?v=dQw4w9WgXcQ" });
    expect(JSON.parse(content)).toEqual(line("b"));
    const cut = "https://www.youtube.com/watch&v=dQw4w9WgXcQ"; // by the client, from `watch?t=12&v=`
    expect((await client.save("Cut", { metadata: { src: cut } })).json<Metadata[]>()[0]?.src).toBe(
      metadata.src,
    );

    const accountId = await accountIdOf(email);
    const one = Buffer.from("%PDF-1.7\n%one");
    await client.save("File", { mediaFile: { bytes: one } });
    const usage = async () => (await rawMysql(app.pool).usage(accountId)).counted;
    const before = await usage();
    const keys = (await app.bucket.keys()).filter((key) => /media|incoming/.test(key));
    for (const metadata of [{}, { mimetype: undefined }])
      await client.save("File", { metadata, mediaFile: { bytes: Buffer.from("%PDF-1.7\n%two") } });
    expect((await client.send("GET", "/home/media-file/File")).bytes).toEqual(one);
    expect(await usage()).toMatchObject({ mediaFiles: before.mediaFiles, mediaBytes: before.mediaBytes });
    expect((await app.bucket.keys()).filter((key) => /media|incoming/.test(key))).toEqual(keys);
  });

  test("FAC-16 is the same in another normal form, and another one than its namesake in the bin", async () => {
    await client.save("Über".normalize("NFC"), { notes: line("1") });
    expect(titles(await client.save(" Über ".normalize("NFD"), { notes: line("2") }))).toEqual(["Über"]);
    await client.remove("Über".normalize("NFD"));
    expect(titles(await client.save("Über", { notes: line("3") }))).toEqual(["Über"]);
    expect(JSON.parse((await client.open("Über")).json<{ content: string }>().content)).toEqual(line("3"));
  });

  test("FAC-16 is one, however many first saves come at once, and each is a version", async () => {
    const mediaFile = { bytes: Buffer.from(`%PDF-1.7\n%${email}`) };
    const texts = Array.from({ length: 10 }, (_, index) => `text ${index}`);
    const answers = await Promise.all(
      texts.map((text) => client.save("Once", { notes: line(text), mediaFile })),
    );
    expect(answers.map(({ status, text }) => (status === 200 ? "saved" : text))).toEqual(
      texts.map(() => "saved"),
    );
    expect(titles(await client.list())).toEqual(["Once"]);
    const accountId = await accountIdOf(email);
    const [rows] = await app.pool.query<never[]>(
      "SELECT kept.version FROM project_versions AS kept JOIN projects ON project_id = id WHERE account_id = ? ORDER BY 1",
      [accountId],
    );
    expect(rows).toEqual(texts.map((_, index) => ({ version: index + 1 })));
    expect((await rawMysql(app.pool).usage(accountId)).counted).toMatchObject({ mediaFiles: 1, projects: 1 });
    expect((await app.bucket.keys()).filter((key) => key.startsWith("incoming/"))).toEqual([]);
  });

  test("FAC-18 comes back with known facts alone, and a link of another kind is dropped", async () => {
    const hostile = {
      ...{ dangerouslySetInnerHTML: { __html: "x" }, ref: "a", key: "b", onLoad: "alert(1)", children: [] },
      ...{ src: "javascript:alert(1)", accountId: crypto.randomUUID(), id: crypto.randomUUID(), label: "" },
    };
    expect((await client.save("A", { metadata: hostile })).status).toBe(200);
    const { metadata } = (await client.open("A")).json<{ metadata: object }>();
    expect(metadata).toEqual({ title: "A", type: "youtube", label: "YouTube Player", src: "" });
    expect(titles(await client.list())).toEqual(["A"]);
  });
});

describe("a title", () => {
  beforeAll(newPerson);

  test.each([
    ["is given twice", "name=A&name=B"],
    ["is an array", "name[]=A"],
    ["is missing", ""],
    ["is empty", "name="],
    ["is too long", `name=${"a".repeat(10_000)}`],
    ["holds a NUL", "name=a%00"],
  ])("FAC-13 its title may not be one that %s", async (_fact, query) => {
    for (const [method, path] of [
      ["GET", "/home/open"],
      ["DELETE", "/home/delete"],
    ] as const) {
      const { status, headers } = await client.send(method, `${path}?${query}`);
      expect([status, headers.get("content-type")]).toEqual([400, "text/plain; charset=utf-8"]);
    }
  });

  test.each(["%E0%A4%A", "%00", "a%0Ab"])("FAC-13 its title may not be %s in a path", async (title) => {
    for (const route of ["media-file", "stream-audio"])
      expect((await client.send("GET", `/home/${route}/${title}`)).status).toBe(400);
  });
});

test("LOG-02 a request is logged under its route, without the title", () => {
  const routes = app.logLines.flatMap((logged) => (JSON.parse(logged) as { route?: string }).route ?? []);
  expect(routes).toEqual(expect.arrayContaining(["/home/open", "/home/media-file/:title", "/auth/signin"]));
  expect(app.logLines.filter((logged) => /Ma le|%23tone/.test(logged))).toEqual([]);
});
