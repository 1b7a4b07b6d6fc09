import type { Account } from "../../domain/account.ts";
import { AppError } from "../../domain/app-error.ts";
import type { Client, Requester } from "../../domain/client.ts";
import { emailFault, tidyEmail } from "../../domain/email.ts";
import type { Proof } from "../../domain/factor.ts";
import { limits as rules } from "../../domain/limit.ts";
import {
  type FlowFailure,
  isSignInOf,
  pathAfterSignIn,
  type ProviderFlow,
} from "../../domain/provider-flow.ts";
import {
  type IdentityView,
  type NamedProvider,
  type ProviderIdentity,
  viewIdentity,
} from "../../domain/provider-identity.ts";
import { provenMs } from "../../domain/proofs.ts";
import { isOver } from "../../domain/session.ts";
import { after } from "../../domain/time.ts";
import { isAnyOpen, type WaysIn } from "../../domain/ways-in.ts";
import type { Accounts } from "../../ports/accounts.ts";
import type { AuditLog } from "../../ports/audit-log.ts";
import type { IdentityProvider } from "../../ports/identity-provider.ts";
import type { Limits } from "../../ports/limits.ts";
import type { Passkeys } from "../../ports/passkeys.ts";
import type { ProviderFlows } from "../../ports/provider-flows.ts";
import type { ProviderIdentities } from "../../ports/provider-identities.ts";
import type { Sessions } from "../../ports/sessions.ts";
import type { ProvenIdentity, SignInProviders } from "../../ports/sign-in-providers.ts";
import type { TokenHolder } from "../../ports/tokens.ts";
import type { AccountUseCases } from "../accounts.ts";
import { fromAddress, type RateLimiter } from "../rate-limiter.ts";
import type { Challenged, SessionUseCases, SignedIn } from "./sessions.ts";
import type { StepUpUseCases } from "./step-up.ts";

interface Dependencies {
  readonly providers: SignInProviders;
  readonly flows: ProviderFlows;
  readonly identities: ProviderIdentities;
  readonly accounts: Accounts;
  readonly sessions: Sessions;
  readonly limits: Limits;
  readonly identity: Pick<IdentityProvider, "hasPassword" | "mailsAll">;
  readonly passkeys: Pick<Passkeys, "listOfAccount">;
  readonly ways: WaysIn;
  readonly registration: Pick<AccountUseCases, "registerIdentity">;
  readonly signIns: Pick<SessionUseCases, "admit">;
  readonly stepUp: Pick<StepUpUseCases, "require" | "proveByProvider">;
  readonly rateLimiter: RateLimiter;
  readonly auditLog: AuditLog;
  readonly now: () => Date;
  readonly newId: () => string;
}

/** A person who is sent to a provider: where to, and what their browser keeps until they are back. */
export interface Departure {
  readonly url: string;
  readonly flow: string;
}

/** The answer that a browser brings back from a provider. */
export interface Arrival {
  /** The query of the provider's answer. */
  readonly query: string;
  /** What the browser has kept. */
  readonly flow: string | undefined;
  readonly client: Client;
  readonly requester: Requester;
}

export type ProviderOutcome =
  | { readonly kind: "signed-in"; readonly signedIn: SignedIn; readonly next: string }
  /** The account has a second factor, which the provider's sign-in does not replace. */
  | ({ readonly kind: "challenged" } & Challenged)
  | { readonly kind: "linked" }
  | { readonly kind: "proven" }
  /** Nothing has changed. */
  | { readonly kind: "failed"; readonly failure: FlowFailure };

export type ProviderUseCases = ReturnType<typeof providerUseCases>;

/** Signing in by providers, and the identities that are linked to accounts (decision 0044). */
export function providerUseCases(deps: Dependencies) {
  const { providers, flows, identities, accounts, sessions, limits, identity, passkeys, ways } = deps;
  const { registration, signIns, stepUp, rateLimiter, auditLog, now, newId } = deps;

  const named: readonly NamedProvider[] = providers.list.map(({ id, name }) => ({ id, name }));

  /** Of a provider that has answered, and so is one of the settings. */
  const providerOf = (id: string) => providers.list.find((provider) => provider.id === id)!;

  /** Sends a signed-in person to a provider whose identity gets linked. Throws `step_up_required`. */
  async function beginLink(holder: TokenHolder, id: string): Promise<Departure> {
    await stepUp.require(holder, "linkProvider");
    return depart(id, undefined, { ...holder, wants: "link" });
  }

  /** Sends a signed-in person to sign in at a provider once more, as the proof that some changes ask for. */
  const beginProof = (holder: TokenHolder, id: string) =>
    depart(id, undefined, { ...holder, wants: "proof" });

  /** Sends a person to a provider, to sign in. */
  const begin = (id: string, next?: string) => depart(id, next, undefined);

  async function depart(
    id: string,
    next: string | undefined,
    caller: ProviderFlow["caller"],
  ): Promise<Departure> {
    const startedAt = now();
    const { url, ...secrets } = await providers.start(id, { again: caller?.wants === "proof" });
    const { issuer } = providerOf(id);
    const flow = { provider: id, issuer, ...secrets, caller, next: pathAfterSignIn(next), startedAt };
    return { url, flow: flows.sign(flow) };
  }

  /** Whether a signed-in person left, and not one who signs in. */
  function isOfSession(flow: string | undefined): boolean {
    try {
      return flow !== undefined && flows.read(flow, now()).caller !== undefined;
    } catch {
      return false;
    }
  }

  /**
   * Ends a flow by the answer of a provider. Throws `flow_ended`, `provider_refused`, `email_required`, `link_required`,
   * `identity_taken`, `not_confirmed`, `session_ended`, `too_many_requests` or `unavailable`.
   */
  async function end(
    id: string,
    { query, flow: text, client, requester }: Arrival,
  ): Promise<ProviderOutcome> {
    const flow = read(id, text, query);
    const attempt = fromAddress(rules.signInFromAddress, client);
    const proven = await rateLimiter.judge([attempt], async () => {
      // For one of any number of parallel answers: the provider's code is spent by it too.
      if ((await limits.consume(rules.useOfFlow, flow.state, now())) > 0)
        throw new AppError("flow_ended", "answer was used before");
      return providers.finish(flow, query).catch((error: unknown) => {
        if (error instanceof AppError && error.code === "provider_refused") auditLog("sign_in_failed");
        throw error;
      });
    });
    await rateLimiter.refund(attempt);
    if (!proven) return { kind: "failed", failure: "cancelled" };
    if (flow.caller?.wants === "link") return link(flow.caller, proven);
    if (flow.caller) return prove(flow, flow.caller, proven);
    const account = await accountOf(proven, client, requester);
    const isSufficient = providerOf(id).trustsFactor;
    const outcome = await signIns.admit(account, proofsBy(proven), client, { isSufficient });
    if ("mfa" in outcome) return { kind: "challenged", ...outcome };
    return { kind: "signed-in", signedIn: outcome, next: flow.next };
  }

  /** The flow of the browser, if the answer is that of its provider and its own. Nothing is spent by another one. */
  function read(id: string, text: string | undefined, query: string): ProviderFlow {
    if (text === undefined) throw new AppError("flow_ended", "browser has kept no flow");
    const flow = flows.read(text, now());
    if (flow.provider !== id) throw new AppError("flow_ended", "answer of another provider");
    if (new URLSearchParams(query).get("state") !== flow.state)
      throw new AppError("flow_ended", "answer of another flow");
    return flow;
  }

  /** The account of an identity, which is made if it has none. */
  async function accountOf(proven: ProvenIdentity, client: Client, requester: Requester): Promise<Account> {
    const known = await linkedAccount(proven);
    if (known) return known;
    return firstSignIn(proven, client, requester).catch(async (error: unknown) => {
      // Another request of the same person may have made it since.
      const made = await linkedAccount(proven);
      if (!made) throw error;
      return made;
    });
  }

  async function linkedAccount({ issuer, subject }: ProvenIdentity): Promise<Account | undefined> {
    const linked = await identities.get(issuer, subject);
    return linked && accounts.get(linked.accountId);
  }

  /** The address decides nothing but whether it is free: who has it at a provider need not be who has it here. */
  async function firstSignIn(
    { issuer, subject, email, emailVerified: confirmed }: ProvenIdentity,
    client: Client,
    requester: Requester,
  ): Promise<Account> {
    if (email === undefined || emailFault(email) !== undefined)
      throw new AppError("email_required", "provider states no address that can be used");
    if (!confirmed && !identity.mailsAll)
      throw new AppError("email_required", "address is not proven, and no code could be mailed");
    const other = await accounts.getByEmail(email);
    if (other) {
      auditLog("sign_in_failed", { accountId: other.id });
      throw new AppError("link_required", "address has an account");
    }
    await rateLimiter.consume(fromAddress(rules.registerFromAddress, client));
    const person = { issuer, subject, email: tidyEmail(email), confirmed };
    return registration.registerIdentity(person, requester).catch((error: unknown) => {
      if (!(error instanceof AppError && error.code === "email_taken")) throw error;
      throw new AppError("link_required", "address has an account by now");
    });
  }

  /** Links to the account of a session that is still alive. An identity that the account has already is no error. */
  async function link(
    { accountId, sessionId }: TokenHolder,
    { issuer, subject, email }: ProvenIdentity,
  ): Promise<ProviderOutcome> {
    const at = now();
    await requireAlive({ accountId, sessionId }, at);
    const shown = email !== undefined && emailFault(email) === undefined ? tidyEmail(email) : null;
    const added = { id: newId(), accountId, issuer, subject, email: shown, createdAt: at };
    await identities.add(added).catch(async (error: unknown) => {
      const present = await identities.get(issuer, subject);
      if (present?.accountId !== accountId) throw error;
    });
    auditLog("identity_linked", { accountId, sessionId });
    return { kind: "linked" };
  }

  /** Records the proof in a session that is still alive, and changes nothing if it is missing: another account is none. */
  async function prove(
    flow: ProviderFlow,
    { accountId, sessionId }: TokenHolder,
    proven: ProvenIdentity,
  ): Promise<ProviderOutcome> {
    const holder = { accountId, sessionId };
    const at = now();
    await requireAlive(holder, at);
    const linked = await identities.get(proven.issuer, proven.subject);
    if (linked?.accountId !== accountId) return { kind: "failed", failure: "other" };
    if (!isSignInOf(flow, proven.authenticatedAt, at)) return { kind: "failed", failure: "stale" };
    await stepUp.proveByProvider(holder);
    return { kind: "proven" };
  }

  async function requireAlive(holder: TokenHolder, at: Date): Promise<void> {
    const session = await sessions.get(holder);
    if (!session || isOver(session, at)) throw new AppError("session_ended", "session is gone or over");
  }

  /** What a sign-in proves: less if the provider says that it has only recognised who signed in there long ago. */
  function proofsBy({ authenticatedAt }: ProvenIdentity): readonly Proof[] {
    const isRecognised = authenticatedAt !== undefined && authenticatedAt <= after(now(), -provenMs);
    return isRecognised ? [] : ["provider"];
  }

  /** The identities of an account, and whether it also has a password. */
  async function list(accountId: string): Promise<{ items: IdentityView[]; hasPassword: boolean }> {
    const [linked, hasPassword, ofDevices] = await Promise.all([
      identities.listOfAccount(accountId),
      identity.hasPassword(accountId),
      passkeys.listOfAccount(accountId),
    ]);
    const nameOf = (issuer: string) => providers.list.find((each) => each.issuer === issuer)?.name;
    const isRemovable = ({ id }: ProviderIdentity) => {
      const others = linked.filter((each) => each.id !== id);
      return hasPassword || isAnyOpen(ways, others, ofDevices);
    };
    const items = linked.map((each) => viewIdentity(each, nameOf(each.issuer), isRemovable(each)));
    return { items, hasPassword };
  }

  /** Removes an identity of the caller. Throws `step_up_required`, `not_found`, and `last_way_in` if nothing else would open the account. */
  async function remove(holder: TokenHolder, id: string): Promise<void> {
    const { accountId, sessionId } = holder;
    await stepUp.require(holder, "unlinkProvider");
    const outcome = await identities.remove({ accountId, id }, ways);
    if (outcome === "missing") throw new AppError("not_found", "no such identity of the account");
    if (outcome === "last") throw new AppError("last_way_in", "account has no other way in");
    auditLog("identity_removed", { accountId, sessionId });
  }

  return { named, begin, beginLink, beginProof, isOfSession, end, list, remove };
}
