import type { Account } from "../../domain/account.ts";
import { noAccount } from "../../domain/account.ts";
import { AppError } from "../../domain/app-error.ts";
import type { Client } from "../../domain/client.ts";
import type { FactorEventName } from "../../domain/factor.ts";
import { limits as rules } from "../../domain/limit.ts";
import { maxPasskeys, type PasskeyView, viewPasskey } from "../../domain/passkey.ts";
import { withProofs } from "../../domain/proofs.ts";
import type { WaysIn } from "../../domain/ways-in.ts";
import type { Accounts } from "../../ports/accounts.ts";
import type { AuditLog } from "../../ports/audit-log.ts";
import type { ChallengeTokens } from "../../ports/challenge-tokens.ts";
import type { Challenges } from "../../ports/challenges.ts";
import type { FactorSecrets } from "../../ports/factor-secrets.ts";
import type { CreatedCredential } from "../../ports/passkey-ceremonies.ts";
import type { Passkeys } from "../../ports/passkeys.ts";
import type { Sessions } from "../../ports/sessions.ts";
import type { TokenHolder } from "../../ports/tokens.ts";
import { fromAddress, type RateLimiter } from "../rate-limiter.ts";
import { factorEvent } from "./factor-event.ts";
import { newRecoveryCodes } from "./new-recovery-codes.ts";
import type { GivenPasskey, PasskeyProof, PasskeyRequest } from "./passkey-proof.ts";
import type { SessionUseCases, SignedIn } from "./sessions.ts";
import type { StepUpUseCases } from "./step-up.ts";

interface Dependencies {
  readonly accounts: Accounts;
  readonly sessions: Sessions;
  readonly passkeys: Passkeys;
  readonly challenges: Challenges;
  readonly challengeTokens: ChallengeTokens;
  readonly factorSecrets: FactorSecrets;
  readonly passkeyProof: PasskeyProof;
  readonly ways: WaysIn;
  readonly signIns: Pick<SessionUseCases, "admit">;
  readonly stepUp: Pick<StepUpUseCases, "require">;
  readonly rateLimiter: RateLimiter;
  readonly auditLog: AuditLog;
  /** Mails the owner of an account what was changed. @default - nothing is mailed */
  readonly notify?: ((account: Account, what: FactorEventName) => void) | undefined;
  readonly now: () => Date;
  readonly newId: () => string;
}

/** A credential that an authenticator has made, by what its browser has kept. */
export interface Registration {
  readonly name: string;
  readonly answer: CreatedCredential;
  readonly kept: string | undefined;
}

/** What fits into a record, with room for every key of the offered algorithms. */
const maxLengths = { credentialId: 1364, publicKey: 1024 } as const;

const shapeOfId = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/;

export type PasskeyUseCases = ReturnType<typeof passkeyUseCases>;

/** Passkeys of one's own account, and signing in by one alone (decision 0047). */
export function passkeyUseCases(deps: Dependencies) {
  const { accounts, sessions, passkeys, challenges, challengeTokens, factorSecrets } = deps;
  const { passkeyProof: proof, signIns, stepUp, rateLimiter, auditLog, notify, now, newId, ways } = deps;

  async function list(accountId: string): Promise<PasskeyView[]> {
    return (await passkeys.listOfAccount(accountId)).map((passkey) => viewPasskey(passkey, proof.rpId));
  }

  /**
   * Asks for a new passkey: one that opens the account alone, or with `asked` one that is asked for after the password.
   * Throws `passkeys_off`, `step_up_required`, `quota_exceeded`, `too_many_requests`.
   */
  async function begin(holder: TokenHolder, asked: boolean): Promise<PasskeyRequest> {
    const { accountId, sessionId } = holder;
    const { creationOptions } = proof.ceremonies();
    await stepUp.require(holder, "addFactor");
    const [account, present] = await Promise.all([existing(accountId), passkeys.listOfAccount(accountId)]);
    if (present.length >= maxPasskeys)
      throw new AppError("quota_exceeded", `account has ${maxPasskeys} passkeys`);
    await rateLimiter.consume([rules.enrolmentOfAccount, accountId]);
    return proof.begin({ kind: "register", accountId, of: sessionId, asked }, (challenge) =>
      creationOptions({ challenge, account, present, alone: !asked }),
    );
  }

  /**
   * Adds the passkey. One that is asked for ends all other sessions, which did not prove it. Returns recovery codes if it is
   * the first factor of any kind. Throws `passkey_ended`, `passkey_refused`, `passkey_taken`.
   */
  async function add(holder: TokenHolder, { name, answer, kept }: Registration, client: Client) {
    const { accountId, sessionId } = holder;
    const { rpId, create } = proof.ceremonies();
    const { challenge, purpose } = await proof.take(kept);
    if (purpose.kind !== "register" || purpose.accountId !== accountId || purpose.of !== sessionId)
      throw new AppError("passkey_ended", "challenge is not for a registration in this session");
    const { asked } = purpose;
    const credential = await create(answer, challenge);
    if (!asked && !credential.userVerified)
      throw new AppError("passkey_refused", "authenticator did not verify its user");
    if (
      !(["credentialId", "publicKey"] as const).every((each) => credential[each].length <= maxLengths[each])
    )
      throw new AppError("passkey_refused", "credential is larger than the standard allows");
    const [account, session] = await Promise.all([existing(accountId), sessions.get(holder)]);
    if (!session) throw new AppError("not_signed_in", "session is gone");
    const at = now();
    const proven = withProofs(session, [credential.userVerified ? "passkey" : "key"], at);
    const { codes, hashes } = newRecoveryCodes(factorSecrets, accountId);
    const facts = { id: newId(), accountId, rpId, name, asked, createdAt: at, lastUsedAt: null };
    const passkey = { ...credential, ...facts };
    const event = factorEvent("passkey_added", client, at);
    const isFirst = await passkeys.add(passkey, hashes, event, asked ? { sessionId, proven } : undefined);
    // Those of others are over already.
    await (asked ? sessions.removeOfAccount(accountId, sessionId) : sessions.prove(holder, proven));
    report(account, sessionId, "passkey_added");
    return { passkey: viewPasskey(passkey, rpId), recoveryCodes: isFirst ? codes : null };
  }

  /** Throws `not_found`. */
  async function rename({ accountId }: TokenHolder, id: string, name: string): Promise<void> {
    if (!(await passkeys.rename({ accountId, id }, name)))
      throw new AppError("not_found", "no such passkey of the account");
  }

  /** Throws `step_up_required`, `not_found`, and `last_way_in` if nothing else would open the account. */
  async function remove(holder: TokenHolder, id: string, client: Client): Promise<void> {
    const { accountId, sessionId } = holder;
    await stepUp.require(holder, "removeFactor");
    const account = await existing(accountId);
    const event = factorEvent("passkey_removed", client, now());
    const outcome = await passkeys.remove({ accountId, id }, event, ways);
    if (outcome === "missing") throw new AppError("not_found", "no such passkey of the account");
    if (outcome === "last") throw new AppError("last_way_in", "nothing else opens the account");
    await challenges.removeOfAccount(accountId);
    report(account, sessionId, "passkey_removed");
  }

  /** Asks for any passkey of this site: nothing is known of the person yet, and nothing is said. Throws `passkeys_off`. */
  function beginSignIn(): PasskeyRequest {
    const { requestOptions } = proof.ceremonies();
    return proof.begin({ kind: "sign-in" }, (challenge) => requestOptions(challenge));
  }

  /** Opens a session by a passkey alone, whose user was verified. Throws `passkey_ended`, `passkey_unknown`, `passkey_refused`. */
  async function signIn(given: GivenPasskey, client: Client): Promise<SignedIn> {
    const attempt = fromAddress(rules.signInFromAddress, client);
    const account = await rateLimiter.judge([attempt], () =>
      owner(given, client).catch((error: unknown) => {
        if (error instanceof AppError) auditLog("sign_in_failed");
        throw error;
      }),
    );
    await rateLimiter.refund(attempt);
    const outcome = await signIns.admit(account, ["passkey"], client, { isSufficient: true });
    if ("mfa" in outcome) throw new Error("a sufficient proof was challenged");
    return outcome;
  }

  /** The account that a passkey opens alone. */
  async function owner(given: GivenPasskey, client: Client): Promise<Account> {
    const handle = Buffer.from(given.answer.response.userHandle ?? "", "base64url").toString();
    const account = await accounts.get(shapeOfId.test(handle) ? handle : noAccount);
    const spend = await proof.judge(given, { kind: "sign-in" }, account?.id ?? noAccount);
    if (!account) throw new AppError("passkey_unknown", "passkey of no account");
    if (!spend.verified)
      throw new AppError("passkey_refused", "user was not verified, now or at the registration");
    if (!(await passkeys.use({ ...spend, accountId: account.id })))
      await proof.refuseUse(account.id, spend, client);
    return account;
  }

  /** Asks for a passkey as the second step of a sign-in. Throws `challenge_over`, `not_found`, `passkeys_off`. */
  async function beginSecondStep(token: string): Promise<PasskeyRequest> {
    const stated = challengeTokens.read(token, now());
    if (!(await challenges.get(stated, now())))
      throw new AppError("challenge_over", "challenge is spent, or has expired");
    return proof.beginUse({ kind: "second-step", accountId: stated.accountId, of: stated.id });
  }

  /** Asks for a passkey as a proof of who is signed in. Throws `not_found`, `passkeys_off`. */
  function beginStepUp({ accountId, sessionId }: TokenHolder): Promise<PasskeyRequest> {
    return proof.beginUse({ kind: "step-up", accountId, of: sessionId });
  }

  function report(account: Account, sessionId: string, what: "passkey_added" | "passkey_removed"): void {
    auditLog(what, { accountId: account.id, sessionId });
    notify?.(account, what);
  }

  async function existing(accountId: string): Promise<Account> {
    const account = await accounts.get(accountId);
    if (!account) throw new AppError("not_signed_in", "account is gone");
    return account;
  }

  return { list, begin, add, rename, remove, beginSignIn, signIn, beginSecondStep, beginStepUp };
}
