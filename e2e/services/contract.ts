import { describe, expect, test } from "@jest/globals";
import { type Client, newCredentials, type Tokens } from "./person.ts";

const problem = (status: number, code: string) => ({
  status,
  body: { status, code, title: expect.any(String), error: expect.any(String) },
});

/** The contract of the first login and profile services through the proxy, status by status. */
export function contractTests({ client: { ask, signIn } }: { readonly client: Client }): void {
  describe("the contract", () => {
    const credentials = newCredentials();
    const wrong = { ...credentials, password: "not the password at all" };
    const json = {
      username: "ada",
      first_name: "Ada",
      last_name: "Lovelace",
      picture_link: "https://example.org/a.png",
    };
    let tokens: Tokens;

    test("an account is made once", async () => {
      expect(await ask("POST", "/signup", { json: credentials })).toMatchObject({
        status: 200,
        body: { message: "Successfully inserted" },
      });
      expect(await ask("POST", "/signup", { json: credentials })).toMatchObject({
        status: 409,
        body: { error: "Username has been used" },
      });
    });

    test.each(["/signup", "/login", "/token/refresh", "/refresh/token"])(
      "a body that is no JSON is refused: %s",
      async (path) => {
        expect(await ask("POST", path, { json: "{" })).toMatchObject({
          status: 422,
          body: { error: expect.any(String) },
        });
      },
    );

    test("the right password opens a session, and no other does", async () => {
      tokens = await signIn(credentials);
      expect(Object.keys(tokens).toSorted()).toEqual(["access_token", "refresh_token"]);
      for (const json of [wrong, newCredentials()])
        expect(await ask("POST", "/login", { json })).toMatchObject({
          status: 401,
          body: { error: expect.any(String) },
        });
    });

    test("a profile is created, replaced and read by the holder of a token alone", async () => {
      const token = tokens.access_token;
      expect(await ask("GET", "/profile", { token })).toMatchObject(problem(404, "not_found"));
      for (const first_name of ["Augusta", "Ada"])
        expect(await ask("POST", "/profile", { token, json: { ...json, first_name } })).toMatchObject({
          status: 200,
          body: { message: "Successfully inserted profile" },
        });
      const read = await ask("GET", "/profile", { token });
      expect(read).toMatchObject({ status: 200, body: { ...json, user_id: expect.any(String) } });
      for (const method of ["GET", "POST"])
        for (const bad of [undefined, "x", tokens.refresh_token])
          expect(
            await ask(method, "/profile", { token: bad, ...(method === "POST" && { json }) }),
          ).toMatchObject(problem(401, "not_signed_in"));
      expect(await ask("POST", "/profile", { token, json: "[" })).toMatchObject({ status: 422 });
    });

    test.each(["/token/refresh", "/refresh/token"])("a session is renewed at %s", async (path) => {
      const { refresh_token } = await signIn(credentials);
      const renewed = await ask("POST", path, { json: { refresh_token } });
      expect(renewed).toMatchObject({ status: 200, body: { access_token: expect.any(String) } });
      const token = renewed.body["access_token"];
      expect(await ask("GET", "/profile", { token })).toMatchObject({ status: 200 });
      expect(await ask("POST", path, { json: { refresh_token: "x" } })).toMatchObject({ status: 401 });
    });

    test("a token that was signed out is refused by profile at once, and renews nothing", async () => {
      const session = await signIn(credentials);
      const token = session.access_token;
      expect(await ask("GET", "/profile", { token })).toMatchObject({ status: 200 });
      expect(await ask("POST", "/logout", { token })).toMatchObject({ status: 200 });
      expect(await ask("GET", "/profile", { token })).toMatchObject(problem(401, "not_signed_in"));
      expect(await ask("POST", "/logout", { token })).toMatchObject({
        status: 401,
        body: { error: "Unauthorized: You are not logged in" },
      });
      const json = { refresh_token: session.refresh_token };
      expect(await ask("POST", "/token/refresh", { json })).toMatchObject({ status: 401 });
      expect(await ask("GET", "/profile", { token: tokens.access_token })).toMatchObject({ status: 200 });
    });

    test("SVC-14 what profile saw of a person does nothing at login but sign out", async () => {
      const token = (await signIn(credentials)).access_token;
      for (const path of ["/token/refresh", "/login"])
        expect((await ask("POST", path, { token, json: { refresh_token: token } })).status).not.toBe(200);
      expect(await ask("POST", "/logout", { token })).toMatchObject({ status: 200 });
      await signIn(credentials);
    });

    test("identity headers of a client mean nothing, and only the services' paths are public", async () => {
      const headers = { "x-auth-subject": "someone", "x-auth-session": "s", "x-auth-issuer": "i" };
      expect(await ask("GET", "/profile", { headers })).toMatchObject(problem(401, "not_signed_in"));
      for (const path of ["/verify", "/ready", "/metrics", "/profile/", "/"])
        expect(await ask("GET", path)).toMatchObject(problem(404, "not_found"));
      const { body } = await ask("GET", "/.well-known/jwks.json");
      expect(JSON.stringify(body)).toMatch(/"kty":"EC"/);
      expect(JSON.stringify(body)).not.toMatch(/"d":/);
    });

    test("a body that is too large is refused with 413, as a problem document", async () => {
      const answer = await ask("POST", "/login", { json: { username: "x".repeat(20_000) } });
      expect(answer).toMatchObject(problem(413, "request_too_large"));
      expect(answer.headers.get("content-type")).toBe("application/problem+json");
    });
  });
}
