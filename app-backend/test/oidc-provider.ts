import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type Provider from "oidc-provider";
import { clientId, clientSecret } from "./test-provider.ts";

/** What a person does at a page of the provider. */
export type Interact = (
  provider: Provider,
  request: IncomingMessage,
  response: ServerResponse,
) => Promise<void>;

/** A provider of OpenID Connect that others have written, on this machine. Each name that people give is an account of it. */
export async function startOidcProvider(redirectUri: string, interact: Interact) {
  const { default: OidcProvider, interactionPolicy } = await import("oidc-provider");
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const policy = interactionPolicy.base();
  policy.add(new interactionPolicy.Prompt({ name: "select_account", requestable: true }), 0);
  const provider = new OidcProvider(issuer, {
    clients: [{ client_id: clientId, client_secret: clientSecret, redirect_uris: [redirectUri] }],
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
    request.url?.startsWith("/interaction/")
      ? interact(provider, request, response)
      : answer(request, response),
  );

  return {
    issuer,
    close(): void {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** The consent of the person, which is asked for last. */
export async function consentTo(provider: Provider, accountId: string) {
  const grant = new provider.Grant({ accountId, clientId });
  grant.addOIDCScope("openid email");
  return { consent: { grantId: await grant.save() } };
}
