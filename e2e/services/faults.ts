import { expect, test } from "@jest/globals";
import { waitFor } from "../src/wait-for.ts";
import { type Containers, docker } from "./containers.ts";
import { type Client, newCredentials, type Tokens } from "./person.ts";

interface Props {
  readonly client: Client;
  readonly containers: () => Containers;
}

const soonMs = 10_000;

/** What happens while a part is away, and after. */
export function faultTests({ client: { ask, signIn }, containers }: Props): void {
  const credentials = newCredentials();
  let here: Tokens;

  const profileOf = ({ access_token: token }: Tokens) => ask("GET", "/profile", { token });
  const signOut = ({ access_token: token }: Tokens) => ask("POST", "/logout", { token });

  test("SVC-04 while Redis is paused, a profile is refused with 503 within a second, and comes back by itself", async () => {
    expect(await ask("POST", "/signup", { json: credentials })).toMatchObject({ status: 200 });
    here = await signIn(credentials);
    const json = { username: "ada", first_name: "Ada", last_name: "Lovelace", picture_link: "" };
    expect(await ask("POST", "/profile", { token: here.access_token, json })).toMatchObject({ status: 200 });
    const redis = await containers().the("redis");
    await docker("pause", redis);
    try {
      for (let asked = 0; asked < 3; asked += 1) {
        const refused = await profileOf(here);
        expect(refused).toMatchObject({
          status: 503,
          body: { code: "unavailable", error: expect.any(String) },
        });
        expect(refused.headers.get("retry-after")).toMatch(/^\d+$/);
        expect(refused.ms).toBeLessThan(1_000);
      }
      // Signing in needs no Redis.
      await signIn(credentials);
    } finally {
      await docker("unpause", redis);
    }
    await waitFor("the profile is answered", async () => (await profileOf(here)).status === 200, soonMs);
  });

  test("SVC-06 after Redis has restarted empty, no token is accepted until login has filled it again", async () => {
    const out = await signIn(credentials);
    expect(await signOut(out)).toMatchObject({ status: 200 });
    expect(await profileOf(out)).toMatchObject({ status: 401 });
    const [redis, login] = await Promise.all([containers().the("redis"), containers().the("login")]);
    await docker("pause", login);
    try {
      await docker("kill", redis);
      await docker("start", redis);
      await waitFor("Redis is healthy", async () => (await containers().healthy("redis")) === 1, soonMs);
      for (const tokens of [out, here, out, here])
        expect(await profileOf(tokens)).toMatchObject({ status: 503 });
    } finally {
      await docker("unpause", login);
    }
    await waitFor("the profile is answered", async () => (await profileOf(here)).status === 200, soonMs);
    expect(await profileOf(out)).toMatchObject({ status: 401, body: { code: "not_signed_in" } });
  });

  test("SVC-18 while login is away, profiles are answered, and sign-ins are refused with 503", async () => {
    const login = await containers().the("login");
    await docker("kill", login);
    try {
      expect(await profileOf(here)).toMatchObject({ status: 200, body: { first_name: "Ada" } });
      const refused = await ask("POST", "/login", { json: credentials });
      expect(refused).toMatchObject({
        status: 503,
        body: { code: "unavailable", error: expect.any(String) },
      });
      expect(refused.headers.get("content-type")).toBe("application/problem+json");
    } finally {
      await docker("start", login);
    }
    await waitFor("login answers", async () => (await signIn(credentials)) !== undefined, 6 * soonMs);
  });
}
