import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, jest, test } from "@jest/globals";
import type Provider from "oidc-provider";
import { openidSignInProviders } from "../../../src/adapters/openid/sign-in-providers.ts";

// A provider that others have written.

const redirectUri = (id: string) => `http://localhost:5173/api/auth/oidc/${id}/callback`;
const client = { client_id: "tintype", client_secret: "a-client-secret" };
let server: Server;
let issuer: string;

beforeAll(async () => {
  // It warns of what only matters in production.
  for (const method of ["warn", "info"] as const) jest.spyOn(console, method).mockImplementation(() => {});
  const { default: OidcProvider, interactionPolicy } = await import("oidc-provider");
  server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const policy = interactionPolicy.base();
  policy.add(new interactionPolicy.Prompt({ name: "select_account", requestable: true }), 0);
  const provider = new OidcProvider(issuer, {
    clients: [{ ...client, redirect_uris: [redirectUri("local")] }],
    claims: { openid: ["sub"], email: ["email", "email_verified"] },
    findAccount: (_context, id) => ({
      accountId: id,
      claims: () => ({ sub: id, email: `${id}@example.org`, email_verified: true }),
    }),
    features: { devInteractions: { enabled: false } },
    interactions: { policy, url: (_context, { uid }) => `/interaction/${uid}` },
    cookies: { keys: ["for a test"] },
  });
  const answer = provider.callback();
  server.on("request", (request: IncomingMessage, response: ServerResponse) =>
    request.url?.startsWith("/interaction/") ? agree(provider, request, response) : answer(request, response),
  );
});
afterAll(() => {
  jest.restoreAllMocks();
  server.closeAllConnections();
  server.close();
});

/** What the person does at each page of the provider. */
async function agree(provider: Provider, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { prompt, session, params } = await provider.interactionDetails(request, response);
  if (prompt.name === "select_account")
    return provider.interactionFinished(request, response, { select_account: {} });
  if (prompt.name === "login")
    return provider.interactionFinished(request, response, { login: { accountId: "ada" } });
  const grant = new provider.Grant({ accountId: session!.accountId, clientId: String(params["client_id"]) });
  grant.addOIDCScope("openid email");
  return provider.interactionFinished(request, response, { consent: { grantId: await grant.save() } });
}

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
  const { client_id: clientId, client_secret: clientSecret } = client;
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
