import { createHmac, generateKeyPairSync, randomUUID } from "node:crypto";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import { flowFailures } from "../../src/domain/provider-flow.ts";
import { startAgain, startApp, type TestApp } from "../app.ts";
import { enrol, shownCode } from "../authenticator.ts";
import {
  bearer,
  getAccount,
  goodPassword,
  mailedCode,
  member,
  newEmail,
  postJson,
  refresh,
  register,
  send,
  sendJson,
  signIn,
  someAddress,
} from "../client.ts";
import { comeBack, navigate, signInBy } from "../sign-in-by-provider.ts";
import { patience } from "../store.ts";
import {
  clientId,
  clientSecret,
  type Forgery,
  signedBy,
  startProvider,
  type TestProvider,
} from "../test-provider.ts";

let provider: TestProvider;
let other: TestProvider;
let app: TestApp;
let minutes = 0;

beforeAll(async () => {
  [provider, other] = await Promise.all([startProvider(), startProvider()]);
  app = await startApp({
    patience,
    clock: () => new Date(Date.now() + minutes * 60_000),
    environment: bothProviders(),
  });
});
afterAll(async () => {
  await app.close();
  provider.close();
  other.close();
});
afterEach(() => {
  provider.forge({});
  minutes = 0;
});

const bothProviders = () => ({
  PROVIDERS: `test,${provider.issuer},${clientId} other-one,${other.issuer},${clientId}`,
  PROVIDER_SECRET_TEST: clientSecret,
  PROVIDER_SECRET_OTHER_ONE: clientSecret,
});
const newPerson = () => ({ sub: randomUUID(), email: newEmail(), email_verified: true });

async function accountCount(): Promise<number> {
  const [rows] = await app.pool.query("SELECT COUNT(*) AS count FROM accounts");
  return Number((rows as { count: number }[])[0]?.count);
}

/** The account of a refresh cookie, as the page finds it out. */
async function accountBy(cookie: string) {
  const answer = await refresh(app, cookie);
  return { ...answer.body.account, accessToken: answer.body.accessToken };
}

/** A signed-in account without a password. */
async function identified(person = newPerson()) {
  const { cookie } = await signInBy(app, provider, person);
  const account = await accountBy(cookie);
  return { person, cookie, ...account };
}

const listIdentities = async (accessToken: string) =>
  (await send(app, "GET", "/account/identities", { headers: bearer(accessToken) })).body as unknown as {
    items: { id: string; provider: string; email: string | null; removable: boolean }[];
    hasPassword: boolean;
  };

/** Has a signed-in person begin to link, and returns the page of the provider. */
async function beginLink(accessToken: string, id = "test") {
  const headers = { ...bearer(accessToken), origin: app.siteOrigin };
  const answer = await send(app, "POST", `/account/identities/${id}`, { headers });
  return { status: answer.status, page: answer.body.url, flow: answer.cookie };
}

test("IDP-01 a person signs in by a provider, without a token in any URL, and finds their account again", async () => {
  const person = newPerson();
  const left = await navigate(app, "/auth/oidc/test?next=/gallery");
  expect(left).toMatchObject({
    status: 302,
    location: expect.stringContaining(`${provider.issuer}/authorize?`),
  });
  expect(Object.fromEntries(new URL(left.location).searchParams)).toMatchObject({
    response_type: "code",
    client_id: clientId,
    code_challenge_method: "S256",
    redirect_uri: `${app.siteOrigin}/api/auth/oidc/test/callback`,
    prompt: "select_account",
  });
  expect(left.cookies).toEqual([
    expect.stringMatching(/^refresh-provider=[\w.-]+; Max-Age=600; Path=\/; .*HttpOnly; SameSite=Lax$/),
  ]);
  const landed = await comeBack(app, provider.signIn(left.location, person), left.flow);
  expect(landed).toMatchObject({ status: 302, location: "/gallery?signed-in" });
  expect(landed.cookies).toEqual([
    expect.stringMatching(/^refresh-provider=; .*Expires=Thu, 01 Jan 1970/),
    expect.stringMatching(/^refresh=[\w.-]+; .*HttpOnly; SameSite=Strict$/),
  ]);
  const account = await accountBy(landed.cookie);
  expect(account).toMatchObject({ email: person.email, confirmed: true });
  const picture = await fetch(account.imageUrl);
  expect([picture.status, picture.headers.get("content-type")]).toEqual([200, "image/png"]);
  expect((await accountBy((await signInBy(app, provider, person)).cookie)).id).toBe(account.id);
  expect(await listIdentities(account.accessToken)).toEqual({
    items: [expect.objectContaining({ provider: "Test", email: person.email, removable: false })],
    hasPassword: false,
  });
});

test("IDP-01 with HTTPS the flow is in a cookie that no neighbouring name can set", async () => {
  const secure = await startApp({
    siteOrigin: "https://tintype.example.org",
    environment: { PROVIDERS: `test,${provider.issuer},${clientId}`, PROVIDER_SECRET_TEST: clientSecret },
  });
  const { cookies } = await navigate(secure, "/auth/oidc/test");
  expect(cookies).toEqual([expect.stringMatching(/^__Host-refresh-provider=.*; Secure; SameSite=Lax$/)]);
  await secure.close();
});

describe("IDP-02 a navigation ends on a page of ours", () => {
  test.each([
    "/\\evil.example",
    "//evil.example",
    "/%5Cevil.example",
    "https:evil.example",
    "https://evil.example/account",
    "/account\r\nset-cookie: a=b",
    "javascript:alert(1)",
    "/account/../../evil",
    "/api/auth/oidc/test",
    "",
  ])("with next=%j", async (next) => {
    const left = await navigate(app, `/auth/oidc/test?next=${encodeURIComponent(next)}`);
    const landed = await comeBack(app, provider.signIn(left.location, newPerson()), left.flow);
    expect(landed).toMatchObject({ status: 302, location: "/?signed-in" });
  });

  test.each(["another", "__proto__", "..%2F..%2Fevil", "test%0d%0alocation:%20x", "TEST", "a".repeat(5000)])(
    "for the provider %j",
    async (id) => {
      expect(await navigate(app, `/auth/oidc/${id}`)).toMatchObject({
        location: "/signin?failed=unknown",
        cookies: [],
      });
      expect(await navigate(app, `/auth/oidc/${id}/callback?code=a&state=b`)).toMatchObject({
        location: "/signin?failed=ended",
        cookies: [],
      });
    },
  );

  test("whatever the provider sends as an error", async () => {
    for (const [error, failed] of [
      ["access_denied", "cancelled"],
      ["<img src=x onerror=alert(1)>", "refused"],
      ["server_error\r\nset-cookie: a=b", "refused"],
    ] as const) {
      const left = await navigate(app, "/auth/oidc/test");
      const back = provider.signIn(left.location, newPerson());
      back.searchParams.delete("code");
      back.searchParams.set("error", error);
      back.searchParams.set("error_description", error);
      const landed = await comeBack(app, back, left.flow);
      expect(landed.location).toBe(`/signin?failed=${failed}`);
      expect(flowFailures).toContain(failed);
    }
  });
});

describe("IDP-03 a token that is not the provider's for this flow opens nothing", () => {
  const soon = () => Math.floor(Date.now() / 1000) + 300;
  const stranger = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey;
  const hmac = (secret: string) => (signed: string) =>
    createHmac("sha256", secret).update(signed).digest("base64url");
  const forgeries: [string, () => Forgery][] = [
    ["a foreign key", () => ({ sign: signedBy(stranger) })],
    ["no signature", () => ({ header: { alg: "none" }, sign: () => "" })],
    ["HS256 with the client secret", () => ({ header: { alg: "HS256" }, sign: hmac(clientSecret) })],
    ["HS256 with the public key", () => ({ header: { alg: "HS256" }, sign: hmac(provider.publicKey()) })],
    ["an unknown key id", () => ({ header: { kid: "another" } })],
    ["another audience", () => ({ claims: { aud: "another" } })],
    ["two audiences and no azp", () => ({ claims: { aud: [clientId, "another"] } })],
    ["a foreign azp", () => ({ claims: { aud: [clientId, "another"], azp: "another" } })],
    ["another nonce", () => ({ claims: { nonce: "another" } })],
    ["no nonce", () => ({ claims: { nonce: undefined } })],
    ["another issuer", () => ({ claims: { iss: other.issuer } })],
    ["an end that has passed", () => ({ claims: { exp: soon() - 3600 } })],
    ["a beginning that has not come", () => ({ claims: { nbf: soon() + 3600 } })],
    ["an empty subject", () => ({ claims: { sub: "" } })],
    ["a subject of 300 characters", () => ({ claims: { sub: "s".repeat(300) } })],
    ["a subject that is no text", () => ({ claims: { sub: 7 } })],
  ];

  test.each(forgeries)("%s", async (_name, forgery) => {
    const before = await accountCount();
    provider.forge(forgery());
    const landed = await signInBy(app, provider, newPerson());
    expect(landed).toMatchObject({ status: 302, location: "/signin?failed=refused", cookie: "" });
    expect(await accountCount()).toBe(before);
  });
});

describe("IDP-04 an address never opens the account that has it", () => {
  test.each([true, false])("which is confirmed: %s", async (isConfirmed) => {
    const email = newEmail();
    await register(app, { email });
    if (isConfirmed) await postJson(app, "/auth/confirm", { email, code: await mailedCode(app, email) });
    const before = await accountCount();
    for (const typed of [email, email.toUpperCase()]) {
      const landed = await signInBy(app, provider, { ...newPerson(), email: typed });
      expect(landed).toMatchObject({ location: "/signin?failed=link", cookie: "" });
    }
    expect(await accountCount()).toBe(before);
    const { body } = await signIn(app, email);
    expect(await listIdentities(body.accessToken)).toEqual({ items: [], hasPassword: true });
  });
});

describe("IDP-05 an address is confirmed only by the boolean", () => {
  test.each(["false", "true", 1, null, undefined, false])("not by %j", async (verified) => {
    const person = { ...newPerson(), email_verified: verified };
    const account = await accountBy((await signInBy(app, provider, person)).cookie);
    expect(account).toMatchObject({ email: person.email, confirmed: false });
    expect(await mailedCode(app, person.email)).toMatch(/^\d{12}$/);
  });

  test.each([undefined, 7, "", "no address", "a@b@c.example", `${"a".repeat(300)}@example.org`])(
    "and %j is no address",
    async (email) => {
      const landed = await signInBy(app, provider, { ...newPerson(), email });
      expect(landed).toMatchObject({ location: "/signin?failed=email", cookie: "" });
    },
  );

  test("without a confirmed address there is no session where one is required", async () => {
    const strict = await startApp({
      confirmationRequired: true,
      environment: { PROVIDERS: `test,${provider.issuer},${clientId}`, PROVIDER_SECRET_TEST: clientSecret },
    });
    const person = { ...newPerson(), email_verified: false };
    const refused = await signInBy(strict, provider, person);
    expect(refused).toMatchObject({ location: "/signin?failed=unconfirmed", cookie: "" });
    const code = await mailedCode(strict, person.email);
    await postJson(strict, "/auth/confirm", { email: person.email, code });
    expect((await signInBy(strict, provider, person)).cookie).not.toBe("");
    await strict.close();
  });
});

describe("IDP-06 a signed-in person links identities", () => {
  test("by which they sign in to the same account afterwards", async () => {
    const { body, email } = await member(app);
    const person = { sub: randomUUID(), email: "another@example.org", email_verified: true };
    const { page, flow } = await beginLink(body.accessToken);
    const landed = await comeBack(app, provider.signIn(page, person), flow);
    expect(landed).toMatchObject({ location: "/account?linked=test", cookie: "" });
    const account = await accountBy((await signInBy(app, provider, person)).cookie);
    expect(account).toMatchObject({ id: body.account.id, email });
    const { items } = await listIdentities(body.accessToken);
    expect(items).toEqual([expect.objectContaining({ email: "another@example.org", removable: true })]);
    const again = await beginLink(body.accessToken);
    expect(await comeBack(app, provider.signIn(again.page, person), again.flow)).toMatchObject({
      location: "/account?linked=test",
    });
    expect((await listIdentities(body.accessToken)).items).toHaveLength(1);
  });

  test("but not those of others", async () => {
    const { person, id } = await identified();
    const { body } = await member(app);
    const { page, flow } = await beginLink(body.accessToken);
    const landed = await comeBack(app, provider.signIn(page, person), flow);
    expect(landed).toMatchObject({ location: "/account?failed=taken", cookie: "" });
    expect((await accountBy((await signInBy(app, provider, person)).cookie)).id).toBe(id);
  });

  test("and not after they signed out", async () => {
    const { body, cookie } = await member(app);
    const { page, flow } = await beginLink(body.accessToken);
    await send(app, "DELETE", "/auth/signout", { headers: { cookie, origin: app.siteOrigin } });
    const person = newPerson();
    const landed = await comeBack(app, provider.signIn(page, person), flow);
    expect(landed.location).toBe("/account?failed=ended");
    const account = await accountBy((await signInBy(app, provider, person)).cookie);
    expect(account.id).not.toBe(body.account.id);
  });

  test("from the site alone", async () => {
    const { body } = await member(app);
    const elsewhere = { ...bearer(body.accessToken), origin: "https://evil.example" };
    const answer = await send(app, "POST", "/account/identities/test", { headers: elsewhere });
    expect(answer.body.code).toBe("bad_origin");
  });
});

describe("IDP-07 an answer belongs to the browser, the provider and the moment of its flow", () => {
  test("of any number of uses one opens a session", async () => {
    const { location, flow } = await navigate(app, "/auth/oidc/test");
    const back = provider.signIn(location, newPerson());
    const landings = await Promise.all(Array.from({ length: 5 }, () => comeBack(app, back, flow)));
    expect(landings.map((landed) => landed.location).toSorted()).toEqual([
      "/?signed-in",
      ...Array.from({ length: 4 }, () => "/signin?failed=ended"),
    ]);
    expect((await comeBack(app, back, flow)).location).toBe("/signin?failed=ended");
  });

  test("another browser, or none, is refused, and the flow goes on", async () => {
    const mine = await navigate(app, "/auth/oidc/test");
    const theirs = await navigate(app, "/auth/oidc/test");
    const back = provider.signIn(mine.location, newPerson());
    for (const flow of ["", theirs.flow, "refresh-provider=eyJ.eyJ.a", `${mine.flow}a`])
      expect(await comeBack(app, back, flow)).toMatchObject({ location: "/signin?failed=ended", cookie: "" });
    expect((await comeBack(app, back, mine.flow)).location).toBe("/?signed-in");
  });

  test("another provider's answer, or one without its issuer, is refused", async () => {
    const left = await navigate(app, "/auth/oidc/test");
    const back = provider.signIn(left.location, newPerson());
    const mixed = new URL(back);
    mixed.pathname = "/api/auth/oidc/other-one/callback";
    expect((await comeBack(app, mixed, left.flow)).location).toBe("/signin?failed=ended");
    back.searchParams.set("iss", other.issuer);
    expect((await comeBack(app, back, left.flow)).location).toBe("/signin?failed=refused");
    const second = await navigate(app, "/auth/oidc/test");
    const silent = provider.signIn(second.location, newPerson());
    silent.searchParams.delete("iss");
    expect((await comeBack(app, silent, second.flow)).location).toBe("/signin?failed=refused");
  });

  test("eleven minutes later it is over", async () => {
    const { location, flow } = await navigate(app, "/auth/oidc/test");
    minutes = 11;
    expect((await comeBack(app, provider.signIn(location, newPerson()), flow)).location).toBe(
      "/signin?failed=ended",
    );
  });

  test("a code of another flow is refused", async () => {
    const [mine, theirs] = [await navigate(app, "/auth/oidc/test"), await navigate(app, "/auth/oidc/test")];
    const back = provider.signIn(mine.location, newPerson());
    const stolen = provider.signIn(theirs.location, newPerson()).searchParams.get("code")!;
    back.searchParams.set("code", stolen);
    expect(await comeBack(app, back, mine.flow)).toMatchObject({
      location: "/signin?failed=refused",
      cookie: "",
    });
  });
});

describe("IDP-08 a provider that is away", () => {
  const metadata = "/.well-known/openid-configuration";
  afterEach(() => other.fail(metadata));

  test("since the start, and hangs, leaves the way in by password open, and works when it is back", async () => {
    const usual = await startApp({ environment: bothProviders() }); // with the deadlines of a deployment
    const { email } = await member(usual);
    other.fail(metadata, () => {});
    const startedAt = performance.now();
    const left = await Promise.all([
      ...Array.from({ length: 8 }, () => navigate(usual, "/auth/oidc/other-one")),
      signIn(usual, email).then(({ status }) => expect(status).toBe(200)),
    ]);
    expect(performance.now() - startedAt).toBeLessThan(15_000); // 5, on a machine that is not busy
    for (const landed of left.slice(0, 8))
      expect(landed).toMatchObject({ status: 302, location: "/signin?failed=unavailable", cookies: [] });
    expect(other.asked.filter((path) => path === metadata)).toHaveLength(1);
    expect((await send(usual, "GET", "/auth/oidc")).body).toMatchObject({
      providers: [{}, { name: "Other One" }],
    });
    expect(Object.values(await usual.places()).every((taken) => taken === 0)).toBe(true);
    other.fail(metadata);
    const { location, flow } = await navigate(usual, "/auth/oidc/other-one");
    expect((await comeBack(usual, other.signIn(location, newPerson()), flow)).location).toBe("/?signed-in");
    await usual.close();
  });

  test("or forgets its own keys while a person is there, opens nothing", async () => {
    const { location, flow } = await navigate(app, "/auth/oidc/test");
    const before = await accountCount();
    provider.fail("/keys", (_request, response) => {
      response.writeHead(200, { "content-type": "application/json" }).end('{"keys":[]}');
    });
    const landed = await comeBack(app, provider.signIn(location, newPerson()), flow);
    provider.fail("/keys");
    expect(landed).toMatchObject({ location: "/signin?failed=refused", cookie: "" });
    expect(await accountCount()).toBe(before);
  });
});

describe("IDP-09 a person who did something else than expected", () => {
  test("began in two tabs: the last one goes on, and the first one has ended", async () => {
    const [first, second] = [await navigate(app, "/auth/oidc/test"), await navigate(app, "/auth/oidc/test")];
    const person = newPerson();
    const late = await comeBack(app, provider.signIn(first.location, person), second.flow);
    expect(late).toMatchObject({ location: "/signin?failed=ended", cookies: [] });
    expect((await comeBack(app, provider.signIn(second.location, person), second.flow)).location).toBe(
      "/?signed-in",
    );
  });

  test("loads the callback again, and stays signed in", async () => {
    const { location, flow } = await navigate(app, "/auth/oidc/test");
    const back = provider.signIn(location, newPerson());
    const { cookie } = await comeBack(app, back, flow);
    for (const again of [flow, ""])
      expect(await comeBack(app, back, again)).toMatchObject({
        location: "/signin?failed=ended",
        cookies: [],
      });
    expect((await refresh(app, cookie)).status).toBe(200);
  });

  test("comes back with an answer that no provider gives", async () => {
    const { flow } = await navigate(app, "/auth/oidc/test");
    const state = (JSON.parse(Buffer.from(flow.split(".")[1]!, "base64url").toString()) as { state: string })
      .state;
    const queries = [
      "",
      "?",
      `?state=${state}&state=${state}&code=a&code=b`,
      `?state[a]=${state}&code[__proto__]=b`,
      `?code=a&state=${state}%00`,
      `?code=${"a".repeat(7000)}`,
      "?code=%ff%fe&state=%ff",
    ];
    for (const query of queries) {
      const landed = await navigate(app, `/auth/oidc/test/callback${query}`, flow);
      expect(landed.location).toMatch(/^\/signin\?failed=(ended|refused)$/);
      expect([landed.status, landed.cookie]).toEqual([302, ""]);
    }
  });
});

describe("IDP-10 the first sign-in of an identity", () => {
  test("makes one account, however often it comes at once", async () => {
    const person = newPerson();
    const landings = await Promise.all(Array.from({ length: 10 }, () => signInBy(app, provider, person)));
    expect(landings.map(({ location }) => location)).toEqual(Array.from({ length: 10 }, () => "/?signed-in"));
    const accounts = await Promise.all(landings.map(({ cookie }) => accountBy(cookie)));
    expect(new Set(accounts.map(({ id }) => id)).size).toBe(1);
    const keys = (await app.bucket.keys()).filter((key) => key.includes(accounts[0]!.id));
    expect(keys).toHaveLength(1);
  });

  test("and a registration of its address at the same time make one account", async () => {
    for (let round = 0; round < 2; round += 1) {
      const person = newPerson();
      const before = await accountCount();
      const [registered, landed] = await Promise.all([
        register(app, { email: person.email }),
        signInBy(app, provider, person),
      ]);
      expect([
        [201, "/signin?failed=link"],
        [409, "/?signed-in"],
      ]).toContainEqual([registered.status, landed.location]);
      expect(await accountCount()).toBe(before + 1);
      const linked = (await signInBy(app, provider, person)).location;
      expect(linked).toBe(landed.location);
    }
  });

  test("is not followed by what the provider says of the address later", async () => {
    const { person, id, email } = await identified();
    const taken = await member(app);
    const renamed = { ...person, email: taken.email };
    const account = await accountBy((await signInBy(app, provider, renamed)).cookie);
    expect(account).toMatchObject({ id, email });
  });

  test("makes a new account after the former one was removed", async () => {
    const { person, id } = await identified();
    await app.pool.query("UPDATE accounts SET removed_at = NOW(3), email_key = id WHERE id = ?", [id]);
    const account = await accountBy((await signInBy(app, provider, person)).cookie);
    expect(account.email).toBe(person.email);
    expect(account.id).not.toBe(id);
  });

  test("counts as a registration of its network", async () => {
    const address = someAddress();
    const file = { contentType: "image/png", bytes: 1 };
    for (let count = 0; count < 19; count += 1)
      await postJson(app, "/auth/register/upload", file, { "x-forwarded-for": address });
    expect((await signInBy(app, provider, newPerson(), address)).location).toBe("/?signed-in");
    const before = await accountCount();
    for (let count = 0; count < 3; count += 1)
      expect((await signInBy(app, provider, newPerson(), address)).location).toBe("/signin?failed=limit");
    expect(await accountCount()).toBe(before);
  });
});

describe("IDP-12 a second factor is asked for after a provider's sign-in", () => {
  async function withFactor() {
    const account = await identified();
    return { ...account, ...(await enrol(app, account.accessToken, new Date())) };
  }

  const takeChallenge = (cookie: string, origin = app.siteOrigin) =>
    send(app, "POST", "/auth/challenge", { headers: { origin, cookie } });

  test("by a challenge that no URL holds, and opens no session", async () => {
    const { person, secret, id } = await withFactor();
    const landed = await signInBy(app, provider, person);
    expect(landed).toMatchObject({ status: 302, location: "/signin?second", cookie: "" });
    const kept = landed.cookies.find((cookie) => cookie.startsWith("refresh-challenge="))!;
    expect(kept).toMatch(/HttpOnly; SameSite=Strict$/);
    const cookie = kept.split(";")[0]!;
    expect((await takeChallenge(cookie, "https://evil.example")).status).toBe(403);
    const { status, body } = await takeChallenge(cookie);
    const { mfa } = body as unknown as { mfa: { token: string; factors: string[] } };
    expect([status, mfa.factors]).toEqual([200, ["totp", "recovery"]]);
    const soon = new Date(Date.now() + 30_000); // the code of now was used to enrol
    const done = await postJson(app, "/auth/mfa", { token: mfa.token, code: shownCode(secret, soon) });
    expect(done).toMatchObject({ status: 200, body: { account: { id } } });
    for (const other of ["", "refresh-challenge=%7B%22mfa%22%3A1%7D", "refresh-challenge=%7B"])
      expect((await takeChallenge(other)).body.code).toBe("challenge_over");
  });
});

describe("IDP-12 a provider's sign-in is the proof of an account without a password, for ten minutes", () => {
  test("with a factor of ours it takes both, unless the provider is trusted", async () => {
    const trusting = await startApp({
      patience,
      environment: {
        PROVIDERS: `test,${provider.issuer},${clientId},trusts-factor`,
        PROVIDER_SECRET_TEST: clientSecret,
      },
    });
    const person = newPerson();
    const { cookie } = await signInBy(trusting, provider, person);
    const { body } = await refresh(trusting, cookie);
    await enrol(trusting, body.accessToken, new Date());
    const landed = await signInBy(trusting, provider, person);
    expect(landed).toMatchObject({ location: "/?signed-in", cookie: expect.stringContaining("refresh=") });
    const again = await refresh(trusting, landed.cookie);
    const headers = { ...bearer(again.body.accessToken), origin: trusting.siteOrigin };
    expect(await sendJson(trusting, "DELETE", "/auth/remove", {}, headers)).toMatchObject({
      status: 403,
      body: { code: "step_up_required", ways: ["totp", "recovery"] },
    });
    await trusting.close();
  });

  test("to set the first one", async () => {
    const { accessToken, email, cookie } = await identified();
    const set = await postJson(app, "/auth/password", { next: goodPassword }, bearer(accessToken));
    expect(set.status).toBe(204);
    expect((await signIn(app, email)).status).toBe(200);
    expect((await refresh(app, cookie)).status).toBe(200);
    const again = await postJson(app, "/auth/password", { next: "another good one" }, bearer(accessToken));
    expect(again.status).toBeGreaterThanOrEqual(400);
  });

  test("to remove the account", async () => {
    const { accessToken, person, id } = await identified();
    const headers = { ...bearer(accessToken), origin: app.siteOrigin };
    expect((await sendJson(app, "DELETE", "/auth/remove", {}, headers)).status).toBe(204);
    expect((await accountBy((await signInBy(app, provider, person)).cookie)).id).not.toBe(id);
  });

  test("and no longer", async () => {
    const { cookie, person } = await identified();
    minutes = 11;
    const { accessToken } = await accountBy(cookie);
    const headers = { ...bearer(accessToken), origin: app.siteOrigin };
    const required = { status: 403, body: { code: "step_up_required", ways: ["provider"] } };
    expect(await sendJson(app, "DELETE", "/auth/remove", {}, headers)).toMatchObject(required);
    expect(await postJson(app, "/auth/password", { next: goodPassword }, headers)).toMatchObject(required);
    expect(await send(app, "POST", "/account/identities/test", { headers })).toMatchObject(required);
    const { items } = await listIdentities(accessToken);
    const removed = await send(app, "DELETE", `/account/identities/${items[0]!.id}`, { headers });
    expect(removed).toMatchObject(required);
    const again = await accountBy((await signInBy(app, provider, person)).cookie);
    const renewed = { ...bearer(again.accessToken), origin: app.siteOrigin };
    expect((await send(app, "POST", "/account/identities/test", { headers: renewed })).status).toBe(200);
  });
});

describe("IDP-12 a person proves by the provider once more who they are", () => {
  const seconds = (minutesFromNow = 0) => Math.floor(Date.now() / 1000) + (minutes + minutesFromNow) * 60;
  const site = (accessToken: string) => ({ ...bearer(accessToken), origin: app.siteOrigin });
  const removal = (accessToken: string) => sendJson(app, "DELETE", "/auth/remove", {}, site(accessToken));

  /** A person whose sign-in is too long ago, and the page of the provider that they are sent to. */
  async function leaving() {
    const account = await identified();
    minutes = 11;
    const { accessToken } = await accountBy(account.cookie);
    expect((await removal(accessToken)).status).toBe(403);
    const begun = await send(app, "POST", "/auth/step-up/test", { headers: site(accessToken) });
    return { ...account, accessToken, page: begun.body.url, flow: begun.cookie };
  }

  test("which allows for ten minutes what needs it", async () => {
    const { accessToken, page, flow, person } = await leaving();
    expect(Object.fromEntries(new URL(page).searchParams)).toMatchObject({ max_age: "0", prompt: "login" });
    provider.forge({ claims: { auth_time: seconds() } });
    const landed = await comeBack(app, provider.signIn(page, person), flow);
    expect(landed).toMatchObject({ location: "/account?proven=test", cookie: "" });
    expect((await removal(accessToken)).status).toBe(204);
  });

  test("but not by a sign-in of before, of tomorrow, or of no time", async () => {
    const { accessToken, person } = await leaving();
    const before = await accountCount();
    for (const [auth_time, failed] of [
      [seconds(-11), "stale"], // it has ignored `max_age`
      [undefined, "stale"],
      [seconds(10), "stale"],
      [1e20, "stale"],
      ["now", "refused"],
      [-1, "refused"],
    ] as const) {
      const begun = await send(app, "POST", "/auth/step-up/test", { headers: site(accessToken) });
      provider.forge({ claims: { auth_time } });
      const landed = await comeBack(app, provider.signIn(begun.body.url, person), begun.cookie);
      expect(landed).toMatchObject({ location: `/account?failed=${failed}`, cookie: "" });
      expect((await removal(accessToken)).body).toMatchObject({ ways: ["provider"] });
    }
    expect((await getAccount(app, accessToken)).status).toBe(200);
    expect(await accountCount()).toBe(before);
  });

  test("and not as someone else, who gets no account and no link", async () => {
    const stranger = await identified();
    const { accessToken } = await leaving();
    const before = await accountCount();
    for (const person of [stranger.person, newPerson()]) {
      const begun = await send(app, "POST", "/auth/step-up/test", { headers: site(accessToken) });
      provider.forge({ claims: { auth_time: seconds() } });
      const landed = await comeBack(app, provider.signIn(begun.body.url, person), begun.cookie);
      expect(landed).toMatchObject({ location: "/account?failed=other", cookie: "" });
      expect((await removal(accessToken)).status).toBe(403);
    }
    expect(await accountCount()).toBe(before);
    expect((await listIdentities(accessToken)).items).toHaveLength(1);
    expect((await getAccount(app, accessToken)).status).toBe(200);
  });

  test("from the site alone, and while they are signed in", async () => {
    const { accessToken, page, flow, person, cookie } = await leaving();
    const elsewhere = { ...bearer(accessToken), origin: "https://evil.example" };
    const refused = await send(app, "POST", "/auth/step-up/test", { headers: elsewhere });
    expect(refused.body.code).toBe("bad_origin");
    await send(app, "DELETE", "/auth/signout", { headers: { cookie, origin: app.siteOrigin } });
    provider.forge({ claims: { auth_time: seconds() } });
    const landed = await comeBack(app, provider.signIn(page, person), flow);
    expect(landed).toMatchObject({ location: "/account?failed=ended", cookie: "" });
  });

  test("as a provider that only recognised them has proven nothing", async () => {
    const { person } = await identified();
    provider.forge({ claims: { auth_time: seconds(-11) } });
    const { accessToken } = await accountBy((await signInBy(app, provider, person)).cookie);
    expect(await removal(accessToken)).toMatchObject({ status: 403, body: { ways: ["provider"] } });
    provider.forge({ claims: { auth_time: seconds(-1) } });
    const later = await accountBy((await signInBy(app, provider, person)).cookie);
    expect((await removal(later.accessToken)).status).toBe(204);
  });
});

describe("IDP-13 the settings of a provider change", () => {
  test("to another issuer: its people are others, and a former identity is no way in", async () => {
    const { person, id, accessToken } = await identified();
    const [own, theirs] = app.config.providers;
    const changed = { ...own!, issuer: other.issuer };
    const again = await startAgain(app, {
      providers: [changed, { ...theirs!, issuer: provider.issuer + "/" }],
    });
    const at = { ...app, ...again };
    const by = async (someone: object) => {
      const { location, flow } = await navigate(again, "/auth/oidc/test");
      return comeBack(again, other.signIn(location, { ...person, ...someone }), flow);
    };
    expect((await by({})).location).toBe("/signin?failed=link");
    const made = await by({ email: newEmail() });
    expect((await refresh(again, made.cookie)).body.account.id).not.toBe(id);
    // With a slash at its end it is another one, which calls itself otherwise.
    expect((await navigate(again, "/auth/oidc/other-one")).location).toBe("/signin?failed=unavailable");

    const linked = { sub: randomUUID(), email: newEmail(), email_verified: true };
    const headers = { ...bearer(accessToken), origin: app.siteOrigin };
    const begun = await send(at, "POST", "/account/identities/test", { headers });
    await comeBack(again, other.signIn(begun.body.url, linked), begun.cookie);
    const { body } = await send(at, "GET", "/account/identities", { headers });
    const { items } = body as unknown as { items: { id: string; provider: string; removable: boolean }[] };
    expect(items.map((each) => [each.provider, each.removable])).toEqual([
      [provider.issuer, true],
      ["Test", false],
    ]);
    const remove = (index: number) =>
      send(at, "DELETE", `/account/identities/${items[index]!.id}`, { headers });
    expect(await remove(1)).toMatchObject({ status: 409, body: { code: "last_way_in" } });
    expect((await remove(0)).status).toBe(204);
    await again.close();
  });

  test("to a wrong secret: people are asked to try later", async () => {
    const wrong = app.config.providers.map((each) => ({ ...each, clientSecret: "another" }));
    const again = await startAgain(app, { providers: wrong });
    const { location, flow } = await navigate(again, "/auth/oidc/test");
    const landed = await comeBack(again, provider.signIn(location, newPerson()), flow);
    expect(landed).toMatchObject({ location: "/signin?failed=unavailable", cookie: "" });
    await again.close();
  });
});

test("IDP-11 an identity is removed, and the last way into an account stays", async () => {
  const { accessToken, cookie } = await identified();
  const { page, flow } = await beginLink(accessToken);
  const second = newPerson();
  await comeBack(app, provider.signIn(page, second), flow);
  const { items } = await listIdentities(accessToken);
  expect(items.map(({ removable }) => removable)).toEqual([true, true]);
  const headers = { ...bearer(accessToken), origin: app.siteOrigin };
  const remove = (id: string) => send(app, "DELETE", `/account/identities/${id}`, { headers });
  const stranger = await identified();
  const theirs = (await listIdentities(stranger.accessToken)).items[0]!.id;
  expect((await remove(theirs)).status).toBe(404);
  expect((await remove(items[0]!.id)).status).toBe(204);
  expect(await remove(items[1]!.id)).toMatchObject({ status: 409, body: { code: "last_way_in" } });
  expect(await listIdentities(accessToken)).toMatchObject({ items: [{ removable: false }] });
  expect((await refresh(app, cookie)).status).toBe(200);
});

describe("IDP-14 an account without a password", () => {
  test("is opened by none, and a refusal looks like any other", async () => {
    const { email } = await identified();
    for (const password of ["", goodPassword, "null", "undefined"]) {
      const [own, unknown] = [await signIn(app, email, password), await signIn(app, newEmail(), password)];
      expect({ ...own.body, requestId: "" }).toEqual({ ...unknown.body, requestId: "" });
      expect([own.status, own.cookie]).toEqual([401, ""]);
    }
  });

  test("takes neither name nor picture from the provider", async () => {
    const picture = `${other.issuer}/latest/meta-data`;
    provider.forge({
      claims: { name: "n".repeat(10_000), given_name: "<b>", picture, preferred_username: "a" },
    });
    const account = await identified();
    expect(account).toMatchObject({ username: null, firstName: null, lastName: null });
    expect(account.imageUrl).not.toContain(other.issuer);
    expect(other.asked).not.toContain("/latest/meta-data");
  });

  test("gets none by mail alone", async () => {
    const { email, id } = await identified();
    expect((await postJson(app, "/auth/forgot", { email })).status).toBe(204);
    await app.settle();
    const mailed = app.logLines.findLast((line) => line.includes(`"mail":{"to":${JSON.stringify(email)}`));
    expect(mailed).toContain("Your account has no password");
    const code = "123456789012";
    for (const more of [{}, { recoveryCode: "AAAAA-AAAAA" }]) {
      const reset = await postJson(app, "/auth/reset", { email, code, password: goodPassword, ...more });
      expect(reset).toMatchObject({ status: 403, body: { code: "bad_code" } });
    }
    const [rows] = await app.pool.query("SELECT password_hash FROM accounts WHERE id = ?", [id]);
    expect(rows).toEqual([{ password_hash: "" }]);
  });

  test("keeps to the rules of a password that is not there", async () => {
    const { accessToken } = await identified();
    const body = { current: "", next: "another good password" };
    const changed = await postJson(app, "/auth/password", body, bearer(accessToken));
    expect(changed.body.code).toBe("wrong_password");
    const headers = { ...bearer(accessToken), origin: app.siteOrigin };
    const removed = await sendJson(app, "DELETE", "/auth/remove", { password: "" }, headers);
    expect(removed.body.code).toBe("wrong_password");
    expect((await getAccount(app, accessToken)).status).toBe(200);
  });
});
