import { type Request, type Response, Router } from "express";
import { AppError } from "../domain/app-error.ts";
import { flowFailureOf } from "../domain/provider-flow.ts";
import type { ProviderUseCases } from "../usecases/identity/providers.ts";
import type { SessionUseCases } from "../usecases/identity/sessions.ts";
import { authenticate } from "./authenticate.ts";
import { clientOf } from "./client.ts";
import { challenged } from "./contract/factors.ts";
import { operations } from "./contract/operations.ts";
import { parse } from "./parse.ts";
import type { HostCookie } from "./refresh-cookie.ts";
import { requesterOf } from "./requester.ts";
import { requireSameOrigin } from "./same-origin.ts";

interface Dependencies {
  readonly providers: ProviderUseCases;
  readonly sessions: SessionUseCases;
  readonly cookie: HostCookie;
  readonly flowCookie: HostCookie;
  readonly challengeCookie: HostCookie;
  readonly siteOrigins: readonly string[];
}

/** Sign-in by providers. Two routes are navigations of the browser: what fails there is shown by the page. */
export function providersRouter(deps: Dependencies): Router {
  const { providers, sessions, cookie, flowCookie, challengeCookie, siteOrigins } = deps;
  const router = Router();
  const sameOrigin = requireSameOrigin(siteOrigins);

  router.get(operations.listProviders.path, (_req, res) => {
    res.json({ providers: providers.named });
  });

  router.get(operations.startProvider.path, async (req, res) => {
    const { provider } = parse(operations.startProvider.params, req.params);
    const { next } = parse(operations.startProvider.query, req.query);
    try {
      const { url, flow } = await providers.begin(provider, next);
      flowCookie.set(res, flow);
      go(res, url);
    } catch (error) {
      goToFailure(res, "/signin", error);
    }
  });

  router.get(operations.endProvider.path, async (req, res) => {
    const { provider } = parse(operations.endProvider.params, req.params);
    const flow = flowCookie.read(req);
    const page = providers.isOfSession(flow) ? "/account" : "/signin";
    try {
      const arrival = { query: queryOf(req), flow, client: clientOf(req), requester: requesterOf(req) };
      const outcome = await providers.end(provider, arrival);
      flowCookie.clear(res);
      if (outcome.kind === "failed") return go(res, `${page}?failed=${outcome.failure}`);
      if (outcome.kind === "linked" || outcome.kind === "proven")
        return go(res, `/account?${outcome.kind}=${provider}`);
      if (outcome.kind === "challenged") {
        challengeCookie.set(res, JSON.stringify({ mfa: outcome.mfa }));
        return go(res, "/signin?second");
      }
      const { account, refreshToken } = outcome.signedIn;
      res.locals["accountId"] = account.id;
      cookie.set(res, refreshToken.text); // the page asks for an access token by it: none is in a URL
      go(res, `${outcome.next}?signed-in`); // the page cannot see the cookie
    } catch (error) {
      goToFailure(res, page, error);
    }
  });

  router.post(operations.takeChallenge.path, sameOrigin, (req, res) => {
    const kept = challengeCookie.read(req);
    challengeCookie.clear(res);
    res.json(challengeIn(kept));
  });

  router.get(operations.listIdentities.path, async (req, res) => {
    const { accountId } = await authenticate(req, sessions);
    res.json(await providers.list(accountId));
  });

  router.post(operations.linkIdentity.path, sameOrigin, async (req, res) => {
    const holder = await authenticate(req, sessions);
    const { id } = parse(operations.linkIdentity.params, req.params);
    const { url, flow } = await providers.beginLink(holder, id);
    flowCookie.set(res, flow);
    res.json({ url });
  });

  router.post(operations.proveIdentity.path, sameOrigin, async (req, res) => {
    const holder = await authenticate(req, sessions);
    const { id } = parse(operations.proveIdentity.params, req.params);
    const { url, flow } = await providers.beginProof(holder, id);
    flowCookie.set(res, flow);
    res.json({ url });
  });

  router.delete(operations.removeIdentity.path, sameOrigin, async (req, res) => {
    const holder = await authenticate(req, sessions);
    const { id } = parse(operations.removeIdentity.params, req.params);
    await providers.remove(holder, id);
    res.status(204).end();
  });

  return router;
}

/** What the callback has put into the cookie. Its token is judged where it is used. */
function challengeIn(kept = "null") {
  try {
    return challenged.parse(JSON.parse(kept));
  } catch {
    throw new AppError("challenge_over", "browser has kept no challenge");
  }
}

/** As it came: which of two parameters of a name counts is the provider's client's to say. */
function queryOf({ originalUrl }: Request): string {
  const at = originalUrl.indexOf("?");
  return at < 0 ? "" : originalUrl.slice(at);
}

function go(res: Response, to: string): void {
  res.status(302).set("location", to).end();
}

/** Shows a refusal on a page of ours, by a word of a closed list. Throws what is no refusal of a flow. */
function goToFailure(res: Response, page: string, error: unknown): void {
  const failure = error instanceof AppError ? flowFailureOf(error.code) : undefined;
  if (!(error instanceof AppError) || failure === undefined) throw error;
  res.locals["refusal"] = { code: error.code, reason: error.message }; // for the request's line in the log
  go(res, `${page}?failed=${failure}`);
}
