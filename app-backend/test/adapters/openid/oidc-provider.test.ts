import { afterAll, beforeAll, expect, jest, test } from "@jest/globals";
import { openidSignInProviders } from "../../../src/adapters/openid/sign-in-providers.ts";
import { consentTo, type Interact, startOidcProvider } from "../../oidc-provider.ts";
import { clientId, clientSecret } from "../../test-provider.ts";

const redirectUri = (id: string) => `http://localhost:5173/api/auth/oidc/${id}/callback`;
let issuer: string;
let close: () => void;

beforeAll(async () => {
  // It warns of what only matters in production.
  for (const method of ["warn", "info"] as const) jest.spyOn(console, method).mockImplementation(() => {});
  ({ issuer, close } = await startOidcProvider(redirectUri("local"), agree));
});
afterAll(() => {
  jest.restoreAllMocks();
  close();
});

const agree: Interact = async (provider, request, response) => {
  const { prompt, session } = await provider.interactionDetails(request, response);
  if (prompt.name === "select_account")
    return provider.interactionFinished(request, response, { select_account: {} });
  if (prompt.name === "login")
    return provider.interactionFinished(request, response, { login: { accountId: "ada" } });
  return provider.interactionFinished(request, response, await consentTo(provider, session!.accountId));
};

/** Where a browser is that keeps cookies and follows redirects, when it leaves the provider. */
async function followed(page: string): Promise<URL> {
  const cookies = new Map<string, string>();
  let url = new URL(page);
  for (let steps = 0; steps < 20 && url.origin === issuer; steps += 1) {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const answer = await fetch(url, { redirect: "manual", headers: { cookie } });
    for (const set of answer.headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(set) ?? [];
      cookies.set(name, value);
    }
    const location = answer.headers.get("location");
    if (!location) throw new Error(`${url.pathname}: ${(await answer.text()).slice(0, 300)}`);
    url = new URL(location, url);
  }
  return url;
}

test("IDP-01 a person signs in at oidc-provider, whose address is asked for by its token", async () => {
  const providers = openidSignInProviders({
    providers: [{ id: "local", name: "Local", issuer, trustsFactor: false, clientId, clientSecret }],
    redirectUri,
    timeoutMs: 20_000,
  });
  const { url, ...secrets } = await providers.start("local");
  const { search } = await followed(url);
  const flow = { provider: "local", issuer, ...secrets, caller: undefined, next: "/", startedAt: new Date() };
  expect(await providers.finish(flow, search)).toEqual({
    issuer,
    subject: "ada",
    email: "ada@example.org",
    emailVerified: true,
    authenticatedAt: undefined, // it says so only if asked
  });
  await expect(providers.finish(flow, search)).rejects.toMatchObject({ code: "provider_refused" });
});
