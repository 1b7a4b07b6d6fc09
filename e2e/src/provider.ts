import { text } from "node:stream/consumers";
import type { Page } from "playwright-core";
import { consentTo, type Interact, startOidcProvider } from "../../app-backend/test/oidc-provider.ts";

const form = `<!doctype html><title>Provider</title><link rel="icon" href="data:,"><form method="post">
<label>Who are you? <input name="name"></label> <button>Continue</button> <button name="cancel">Cancel</button></form>`;

/** A page for choosing who to be, each time, or for going back. */
const choose: Interact = async (provider, request, response) => {
  const { prompt, session } = await provider.interactionDetails(request, response);
  if (prompt.name === "consent")
    return provider.interactionFinished(request, response, await consentTo(provider, session!.accountId));
  if (request.method !== "POST")
    return void response.writeHead(200, { "content-type": "text/html" }).end(form);
  const sent = new URLSearchParams(await text(request));
  return provider.interactionFinished(
    request,
    response,
    sent.has("cancel")
      ? { error: "access_denied" }
      : { select_account: {}, login: { accountId: sent.get("name")! } },
  );
};

/** A provider whose page asks for a name. */
export const startProvider = (redirectUri: string) => startOidcProvider(redirectUri, choose);

/** At the page of the provider. */
export async function signInAs(page: Page, name: string): Promise<void> {
  await page.getByLabel("Who are you?").fill(name);
  await page.getByRole("button", { name: "Continue" }).click();
}
