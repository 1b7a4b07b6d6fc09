import { createPublicKey, generateKeyPairSync, randomBytes, randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { RowDataPacket } from "mysql2/promise";
import jwt from "jsonwebtoken";
import { goodPassword as password, newEmail } from "../client.ts";
import { eventually } from "../eventually.ts";
import { type Answer, ask, type ServiceStack, startServiceStack } from "../service-stack.ts";
import { timeOf, within } from "../within.ts";

const patienceMs = 120_000;
/** Called with what login sends to its database. */
let onSent: (bytes: Buffer) => void = () => undefined;
let stack: ServiceStack;

beforeAll(async () => {
  stack = await startServiceStack({ onSent: (bytes) => onSent(bytes) });
  await eventually(async () => (await ask(stack.profile, "GET", "/ready")).status === 200);
}, patienceMs);
afterAll(() => stack?.close());

interface Tokens {
  readonly access_token: string;
  readonly refresh_token: string;
}

const signUp = (username: string, at = stack.login) =>
  ask(at, "POST", "/signup", { body: { username, password } });
const signIn = (username: string, given = password) =>
  ask(stack.login, "POST", "/login", { body: { username, password: given } });
const signOut = (token?: string) => ask(stack.login, "POST", "/logout", { token });
const refresh = (refresh_token: unknown, path = "/token/refresh", at = stack.login) =>
  ask(at, "POST", path, { body: { refresh_token } });
const getProfile = (token?: string, at = stack.profile) => ask(at, "GET", "/profile", { token });
const ada = {
  username: "ada",
  first_name: "Ada",
  last_name: "Lovelace",
  picture_link: "https://pictures.example/ada.png",
};
const postProfile = (token: string | undefined, body: unknown = ada) =>
  ask(stack.profile, "POST", "/profile", { token, body });

/** What a service says that it waits for; nothing, if it is ready. */
async function missingAt(service: { readonly url: string }): Promise<string[]> {
  const { status, body } = await ask(service, "GET", "/ready");
  expect(status).toBe(body["errors"] ? 503 : 200);
  return ((body["errors"] ?? []) as { field: string }[]).map(({ field }) => field);
}

/** An account with one session. */
async function member(): Promise<Tokens & { username: string }> {
  const username = newEmail();
  const signedUp = await signUp(username);
  const { status, body } = await signIn(username);
  if (signedUp.status !== 200 || status !== 200) throw new Error(`no member: ${JSON.stringify(body)}`);
  return { username, ...(body as unknown as Tokens) };
}

const idIn = (token: string) => (jwt.decode(token) as { sub: string }).sub;

/** No body of the contract: no JSON, none, or with fields of another type. */
const malformed = ["", "{", "null", "[]", '"a"', "1", "{}"];

describe("the contract of login and profile", () => {
  test("/signup makes an account, whose name is an email address", async () => {
    const username = newEmail();
    const made = await signUp(username);
    expect([made.status, made.body]).toEqual([200, { message: "Successfully inserted" }]);
    for (const same of [username, username.toUpperCase()]) {
      const taken = await signUp(same);
      expect([taken.status, taken.body]).toMatchObject([
        409,
        { code: "email_taken", error: "Username has been used" },
      ]);
    }
    const bodies = [
      { username: "ada", password },
      { username: newEmail(), password: "short" },
      { username: newEmail() },
      { username: [newEmail()], password },
      { username: newEmail(), password: { $ne: 1 } },
      { username: newEmail(), password: "a".repeat(10_000) },
    ].map((body) => JSON.stringify(body));
    for (const text of [...malformed, ...bodies, `{"a":"${"a".repeat(100_000)}"}`, "[".repeat(10_000)]) {
      const { status, body } = await ask(stack.login, "POST", "/signup", { text });
      expect([text.slice(0, 80), status, body["code"], typeof body["error"]]).toEqual([
        ...[text.slice(0, 80), 422, "invalid_input", "string"],
      ]);
    }
  });

  test("a body is JSON whatever it is labelled as", async () => {
    const text = JSON.stringify({ username: newEmail(), password });
    const headers = { "content-type": "application/x-www-form-urlencoded" };
    expect((await ask(stack.login, "POST", "/signup", { text, headers })).status).toBe(200);
  });

  test("AUTH-18 other fields of a body change nothing", async () => {
    const username = newEmail();
    const body = { username, password, id: "a", confirmed: true, credentialVersion: 7 };
    expect((await ask(stack.login, "POST", "/signup", { body })).status).toBe(200);
    const [[row]] = await stack.pools.login.query<RowDataPacket[]>(
      "SELECT id, confirmed, credential_version, picture_key FROM accounts WHERE email = ?",
      [username],
    );
    expect(row).toEqual({
      ...{
        id: expect.stringMatching(/^[\da-f-]{36}$/),
        confirmed: 0,
        credential_version: 0,
        picture_key: "",
      },
    });
  });

  test("/login returns both tokens", async () => {
    const { username } = await member();
    const { status, headers, body } = await signIn(username);
    expect([status, Object.keys(body)]).toEqual([200, ["access_token", "refresh_token"]]);
    expect(headers.get("cache-control")).toBe("no-store");
    for (const text of [...malformed, '{"username":"a"}', '{"username":1,"password":"a"}'])
      expect([text, (await ask(stack.login, "POST", "/login", { text })).status]).toEqual([text, 422]);
  });

  test("AUTH-07 /login answers alike to a wrong password and to an unknown name", async () => {
    const { username } = await member();
    const answers = [
      await signIn(username, "another password"),
      await signIn(newEmail(), "another password"),
    ];
    const shown = answers.map(({ status, headers, body }) => [
      status,
      headers.get("www-authenticate"),
      { ...body, requestId: "" },
    ]);
    expect(shown[0]).toMatchObject([401, "Bearer", { error: "Username or password is wrong" }]);
    expect(shown[1]).toEqual(shown[0]);
  });

  test("AUTH-09 /login slows down guesses at one account, and says when to try again", async () => {
    const { username } = await member();
    const answers: Answer[] = [];
    for (let tries = 0; tries < 12; tries += 1) answers.push(await signIn(username, "a guess"));
    const slowed = answers.filter(({ status }) => status === 429);
    expect(slowed).not.toEqual([]);
    for (const { headers } of slowed) expect(headers.get("retry-after")).toMatch(/^\d+$/);
  });

  test("/logout ends the session once, and its refresh token with it", async () => {
    const { access_token: token, refresh_token: next } = await member();
    const first = await signOut(token);
    expect([first.status, typeof first.body["message"]]).toEqual([200, "string"]);
    const again = await signOut(token);
    expect([again.status, again.body["error"]]).toEqual([401, "Unauthorized: You are not logged in"]);
    for (const none of [undefined, "a.b.c", next]) expect((await signOut(none)).status).toBe(401);
    expect((await refresh(next)).status).toBe(401);
  });

  test.each(["/token/refresh", "/refresh/token"])(
    "%s trades a refresh token for two tokens",
    async (path) => {
      const { username, refresh_token: first } = await member();
      stack.forward(11_000);
      const { status, body } = await refresh(first, path);
      const { access_token: access, refresh_token: second } = body as unknown as Tokens;
      expect([status, Object.keys(body)]).toEqual([200, ["access_token", "refresh_token"]]);
      expect(second).not.toBe(first);
      expect((await postProfile(access)).status).toBe(200);
      // SESS-04: the first one was used, and after its grace its use is a theft.
      stack.forward(11_000);
      const { body: third } = await refresh(second, path);
      stack.forward(11_000);
      expect((await refresh(first, path)).status).toBe(401);
      expect((await refresh(third["refresh_token"], path)).status).toBe(401);
      expect((await getProfile(access)).status).toBe(401);
      expect((await signIn(username)).status).toBe(200);
      for (const other of ["", "a.b.c", access]) expect((await refresh(other, path)).status).toBe(401);
      for (const wrong of [undefined, 1, [first], null])
        expect((await refresh(wrong, path)).status).toBe(422);
      for (const text of malformed)
        expect([text, (await ask(stack.login, "POST", path, { text })).status]).toEqual([text, 422]);
    },
  );

  test("/profile has none, then one, then another", async () => {
    const { access_token: token } = await member();
    const none = await getProfile(token);
    expect([none.status, none.body]).toMatchObject([404, { code: "not_found", error: "No Documents" }]);
    const made = await postProfile(token);
    expect([made.status, made.body]).toEqual([200, { message: "Successfully inserted profile" }]);
    expect((await getProfile(token)).body).toEqual({ user_id: idIn(token), ...ada });
    expect((await postProfile(token, { username: "al" })).status).toBe(200);
    expect((await getProfile(token)).body).toEqual({
      ...{ user_id: idIn(token), username: "al", first_name: "", last_name: "", picture_link: "" },
    });
  });

  test("AUTH-18 /profile is the caller's own, whatever its body says", async () => {
    const [own, other] = [await member(), await member()];
    await postProfile(other.access_token);
    const body = { ...ada, username: "own", user_id: idIn(other.access_token), accountId: "a" };
    expect((await postProfile(own.access_token, body)).status).toBe(200);
    expect((await getProfile(other.access_token)).body["username"]).toBe("ada");
    expect((await getProfile(own.access_token)).body["username"]).toBe("own");
  });

  test("AUTH-17 /profile refuses what is no profile", async () => {
    const { access_token: token } = await member();
    const wrong = [
      { ...ada, username: "" },
      { ...ada, username: " " },
      { ...ada, username: 1 },
      { ...ada, first_name: null },
      { ...ada, last_name: ["a"] },
      { ...ada, first_name: "a".repeat(101) },
      { ...ada, username: "a\u202eb" },
      { ...ada, picture_link: "javascript:alert(1)" },
      { first_name: "Ada" },
    ].map((body) => JSON.stringify(body));
    for (const text of [...malformed, ...wrong, "[".repeat(10_000)])
      expect([text, (await ask(stack.profile, "POST", "/profile", { text, token })).status]).toEqual([
        text,
        422,
      ]);
    expect((await getProfile(token)).status).toBe(404);
  });

  test("AZ-01 /profile answers 401 to anyone without an access token", async () => {
    const { refresh_token: other } = await member();
    for (const token of [undefined, "a.b.c", other]) {
      expect([token, (await getProfile(token)).status]).toEqual([token, 401]);
      const { status, body } = await postProfile(token);
      expect([status, typeof body["error"]]).toEqual([401, "string"]);
    }
  });

  test("has no other route, and no other method", async () => {
    const methods = {
      login: { "/signup": "POST", "/login": "POST", "/logout": "POST", "/token/refresh": "POST" },
      profile: { "/profile": "GET, HEAD, POST" },
    };
    for (const [service, paths] of Object.entries(methods)) {
      for (const [path, allowed] of Object.entries(paths)) {
        const { status, headers } = await ask(stack[service as "login"], "DELETE", path);
        expect([path, status, headers.get("allow")]).toEqual([path, 405, `${allowed}, OPTIONS`]);
      }
    }
    for (const path of ["/", "/profile", "/api/auth/signin", "/metrics"])
      expect([path, (await ask(stack.login, "GET", path)).status]).toEqual([path, 404]);
    for (const path of ["/login", "/signup", "/.well-known/jwks.json"])
      expect([path, (await ask(stack.profile, "GET", path)).status]).toEqual([path, 404]);
  });

  test("VER-14 login publishes its public key, and nothing of the private one", async () => {
    const { status, body } = await ask(stack.login, "GET", "/.well-known/jwks.json");
    expect([status, body]).toEqual([
      200,
      { keys: [expect.objectContaining({ kty: "EC", alg: "ES256", use: "sig" })] },
    ]);
    expect(JSON.stringify(body)).not.toMatch(/"[dpk]":/);
  });
});

describe("a session that has ended", () => {
  test("SVC-08 is refused by profile at once after a sign-out, and no other is", async () => {
    const other = await member();
    for (let round = 0; round < 10; round += 1) {
      const { access_token: token } = (await signIn(other.username)).body as unknown as Tokens;
      expect((await postProfile(token)).status).toBe(200);
      expect((await signOut(token)).status).toBe(200);
      expect([round, (await getProfile(token)).status]).toEqual([round, 401]);
    }
    expect((await getProfile(other.access_token)).status).toBe(200);
  });

  test(
    "SVC-08 is refused by profile if it is the oldest of 51",
    async () => {
      const { username, access_token: oldest } = await member();
      for (let more = 0; more < 50; more += 1) expect((await signIn(username)).status).toBe(200);
      await eventually(async () => (await getProfile(oldest)).status === 401, 5_000);
    },
    patienceMs,
  );
});

describe("many at once", () => {
  test(
    "AUTH-05 of 10 sign-ups with one name one makes the account",
    async () => {
      for (let round = 0; round < 5; round += 1) {
        const name = newEmail();
        const names = Array.from({ length: 10 }, (_, index) => (index % 2 === 0 ? name : name.toUpperCase()));
        const statuses = (await Promise.all(names.map((each) => signUp(each)))).map(({ status }) => status);
        expect(statuses.toSorted()).toEqual([200, ...Array.from({ length: 9 }, () => 409)]);
        expect((await signIn(name)).status).toBe(200);
      }
    },
    patienceMs,
  );

  test(
    "SESS-05 of 10 uses of a refresh token over two replicas and both paths one counts",
    async () => {
      const replicas = [stack.login, await stack.startLogin()];
      for (let round = 0; round < 5; round += 1) {
        const { refresh_token: first } = await member();
        stack.forward(11_000);
        const uses = Array.from({ length: 10 }, (_, index) =>
          refresh(first, index % 4 < 2 ? "/token/refresh" : "/refresh/token", replicas[index % 2]),
        );
        const answers = await Promise.all(uses);
        const won = answers.filter(({ status }) => status === 200);
        expect(new Set(won.map(({ body }) => body["refresh_token"])).size).toBe(1);
        expect(answers.filter(({ status }) => status !== 200 && status !== 409)).toEqual([]);
      }
    },
    patienceMs,
  );
});

describe("what profile knows", () => {
  test("SVC-14 forges no token", async () => {
    const { access_token: real } = await member();
    expect((await postProfile(real)).status).toBe(200);
    const { keys } = (await ask(stack.login, "GET", "/.well-known/jwks.json")).body as {
      keys: [{ kid: string; kty: "EC"; crv: string; x: string; y: string }];
    };
    const [jwk] = keys;
    const key = createPublicKey({ key: { ...jwk }, format: "jwk" });
    const own = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const claims = jwt.decode(real) as jwt.JwtPayload;
    const other = { ...claims, sub: randomUUID(), sid: randomUUID() };
    const header = { typ: "at+jwt", kid: jwk.kid };
    const secrets = [
      key.export({ format: "pem", type: "spki" }).toString(),
      key.export({ format: "der", type: "spki" }),
      JSON.stringify(jwk),
      JSON.stringify({ keys }),
      jwk.x,
      Buffer.from(jwk.x, "base64url"),
      jwk.kid,
      ...Object.values(stack.knownToProfile).filter((value) => value !== ""),
      randomBytes(64),
    ];
    // As they are: the package refuses to make some of these.
    const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
    const [realHeader, realPayload, signature] = real.split(".");
    const forged = [
      ...secrets.map((secret) =>
        jwt.sign(other, Buffer.from(secret as string), {
          algorithm: "HS256",
          header: { ...header, alg: "HS256" },
        }),
      ),
      jwt.sign(other, own.privateKey, { algorithm: "ES256", header: { ...header, alg: "ES256" } }),
      jwt.sign(other, own.privateKey, {
        algorithm: "ES256",
        header: {
          ...header,
          alg: "ES256",
          kid: "own",
          jwk: own.publicKey.export({ format: "jwk" }),
        } as jwt.JwtHeader,
      }),
      jwt.sign(other, rsa.privateKey, { algorithm: "RS256", header: { ...header, alg: "RS256" } }),
      `${encode({ ...header, alg: "none" })}.${encode(other)}.`,
      `${encode({ ...header, alg: "ES256" })}.${encode(other)}.${Buffer.alloc(64).toString("base64url")}`,
      `${realHeader}.${encode(other)}.${signature}`,
      `${encode({ ...header, alg: "HS256" })}.${realPayload}.${signature}`,
    ];
    for (const [index, token] of forged.entries()) {
      expect([index, (await getProfile(token)).status]).toEqual([index, 401]);
      expect([index, (await postProfile(token)).status]).toEqual([index, 401]);
      expect([index, (await signOut(token)).status]).toEqual([index, 401]);
      expect([index, (await refresh(token)).status]).toEqual([index, 401]);
    }
    expect((await getProfile(real)).status).toBe(200);
  });

  test("SVC-14 opens nothing at login but the end of that session", async () => {
    const { username, access_token: seen } = await member();
    expect((await refresh(seen)).status).toBe(401);
    expect((await signIn(username, seen)).status).toBe(401);
    expect((await signOut(seen)).status).toBe(200);
    expect((await signIn(username)).status).toBe(200);
  });
});

describe("faults", () => {
  test("SVC-13 a sign-up whose answer is lost is answered 409 the next time, and its password is right", async () => {
    const username = newEmail();
    // The statement that stores the account is sent, and its answer held back.
    onSent = (bytes) => {
      if (bytes.includes("$argon2")) stack.databases.login.pause();
    };
    const lost = await signUp(username);
    onSent = () => undefined;
    stack.databases.login.resume();
    expect([lost.status, lost.headers.get("retry-after")]).toEqual([503, "5"]);
    await eventually(async () => (await signUp(username)).status === 409);
    expect((await signIn(username)).status).toBe(200);
  });

  test("SVC-13 a sign-up that did not reach the database is done the next time", async () => {
    const username = newEmail();
    onSent = (bytes) => {
      if (bytes.includes("$argon2")) stack.databases.login.redirect(1);
    };
    expect((await signUp(username)).status).toBe(503);
    onSent = () => undefined;
    stack.databases.login.redirect();
    await eventually(async () => (await signUp(username)).status === 200);
    expect((await signIn(username)).status).toBe(200);
  });

  test(
    "SVC-13 random operations with faults of both databases end in no half state",
    async () => {
      const random = seededRandom(20261127);
      const pick = <Item>(items: readonly Item[]): Item => items[Math.floor(random() * items.length)]!;
      const people = Array.from({ length: 12 }, () => ({
        username: newEmail(),
        token: undefined as string | undefined,
        /** Whether it was asked for, and whether that was answered. */
        isTried: false,
        exists: false,
        /** What its profile may be now. */
        names: new Set<string | undefined>([undefined]),
      }));
      const contract = {
        signUp: [200, 409, 503],
        signIn: [200, 401, 503],
        post: [200, 401, 503],
        get: [200, 401, 404, 503],
      };
      for (let count = 0; count < 200; count += 1) {
        const person = pick(people);
        const cut = random() < 0.2 ? stack.databases[pick(["login", "profile"] as const)] : undefined;
        cut?.redirect(1);
        const chosen = pick(["signUp", "signIn", "post", "post", "get"] as const);
        // Guesses at an account that is not there are soon slowed down.
        const what = chosen === "signIn" && !person.isTried ? "signUp" : chosen;
        const name = `name ${count}`;
        const answering = {
          signUp: () => signUp(person.username),
          signIn: () => signIn(person.username),
          post: () => postProfile(person.token, { ...ada, username: name }),
          get: () => getProfile(person.token),
        }[what]();
        const { status, body } = await answering;
        cut?.redirect();
        expect([what, contract[what].includes(status), status]).toEqual([what, true, status]);
        if (what === "signUp") person.isTried = true;
        if (what === "signUp" && status !== 503) person.exists = true;
        if (what === "signIn" && status === 200) person.token = String(body["access_token"]);
        if (what === "signIn" && status === 401) expect(person.exists).toBe(false);
        if (what === "signIn" && status === 401) person.isTried = false;
        if (what === "post" && status === 200) person.names = new Set([name]);
        if (what === "post" && status === 503) person.names.add(name);
        if (what === "get" && status === 404) expect(person.names).toContain(undefined);
        if (what === "get" && status === 200) expect(person.names).toContain(body["username"]);
      }
      for (const { username, exists, token, names } of people) {
        const answer = await settled(() => signIn(username));
        if (exists) expect(answer.status).toBe(200);
        if (answer.status !== 200) expect([answer.status, token]).toEqual([401, undefined]);
        if (!token) continue;
        expect(idIn(String(answer.body["access_token"]))).toBe(idIn(token));
        const { status, body } = await settled(() => getProfile(token));
        expect(
          [status === 404 ? undefined : body["username"]].every((found) => names.has(found as string)),
        ).toBe(true);
      }
    },
    patienceMs,
  );

  test(
    "SVC-18 without Redis people sign up, in and out, and profile answers 503 and not 401",
    async () => {
      const { access_token: early, refresh_token: first } = await member();
      const out = await member();
      expect((await postProfile(early)).status).toBe(200);
      const lenient = await stack.startProfile({ REVOCATIONS: "best-effort" });
      await stack.redis.kill();
      const { access_token: token } = await member();
      stack.forward(11_000);
      expect((await refresh(first)).status).toBe(200);
      expect((await signOut(out.access_token)).status).toBe(200);
      expect((await ask(stack.login, "GET", "/ready")).status).toBe(200);
      for (const each of [early, token, out.access_token]) {
        const refused = async () => {
          const { status, headers, body } = await getProfile(each);
          expect([status, headers.get("retry-after"), body["code"]]).toEqual([503, "5", "unavailable"]);
        };
        await within(1_000, () => timeOf(refused));
      }
      expect((await getProfile("a.b.c")).status).toBe(401);
      expect(await missingAt(stack.profile)).toEqual(["revocations"]);
      expect((await ask(stack.profile, "GET", "/health")).status).toBe(200);
      // By that setting it lets in, says so, and is ready.
      expect((await getProfile(early, lenient)).status).toBe(200);
      expect((await ask(lenient, "GET", "/ready")).status).toBe(200);
      expect(stack.logLines.some((line) => line.includes("revocations were not asked"))).toBe(true);
      await lenient.close();

      await stack.redis.start(); // empty: what was ended before counts only when login has filled it again
      await eventually(async () => (await getProfile(early)).status === 200, 5_000);
      expect((await getProfile(out.access_token)).status).toBe(401);
    },
    patienceMs,
  );

  test(
    "SVC-18 without login profile goes on, and one that starts then waits as not ready",
    async () => {
      const login = await stack.startLogin();
      const keys = { KEYS_URL: `${login.url}/.well-known/jwks.json` };
      let ms = 0;
      const started = await stack.startProfile(keys, () => ms);
      const { access_token: token } = await member();
      expect((await postProfile(token)).status).toBe(200);
      await eventually(async () => (await getProfile(token, started)).status === 200);
      await login.close();
      ms = 60_000; // its keys are no longer fresh
      expect((await getProfile(token, started)).status).toBe(200);

      const late = await stack.startProfile(keys, () => ms);
      expect((await getProfile(token, late)).status).toBe(503);
      await eventually(async () => (await missingAt(late)).join() === "keys");
      expect((await ask(late, "GET", "/health")).status).toBe(200);
      await stack.startLogin(Number(new URL(login.url).port));
      ms += 6_000; // after a fault it does not ask at once again
      await eventually(async () => (await ask(late, "GET", "/ready")).status === 200);
      expect((await getProfile(token, late)).status).toBe(200);
    },
    patienceMs,
  );
});

/** The first answer that is not 503: connections that were cut are noticed when they are used. */
async function settled(send: () => Promise<Answer>): Promise<Answer> {
  let answer: Answer | undefined;
  await eventually(async () => (answer = await send()).status !== 503);
  return answer!;
}

/** Numbers from 0 to 1, the same for the same seed. */
function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
