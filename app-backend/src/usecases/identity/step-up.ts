import { AppError } from "../../domain/app-error.ts";
import type { Client } from "../../domain/client.ts";
import { proofBy, type Proof, type Spend, type StoredFactors } from "../../domain/factor.ts";
import {
  kindOf,
  missingProofs,
  type ProvenAction,
  proofsInForce,
  proofsOf,
  provenUntil,
  sufficientProofs,
  suffices,
  withProofs,
} from "../../domain/proofs.ts";
import type { Session } from "../../domain/session.ts";
import type { Accounts } from "../../ports/accounts.ts";
import type { AuditLog } from "../../ports/audit-log.ts";
import type { Factors } from "../../ports/factors.ts";
import type { IdentityProvider } from "../../ports/identity-provider.ts";
import type { Sessions } from "../../ports/sessions.ts";
import type { TokenHolder } from "../../ports/tokens.ts";
import type { FactorProof, GivenFactor } from "./factor-proof.ts";
import type { ProvePassword } from "./password-proof.ts";

interface Dependencies {
  readonly accounts: Accounts;
  readonly sessions: Sessions;
  readonly factors: Factors;
  readonly identity: Pick<IdentityProvider, "hasPassword">;
  readonly provePassword: ProvePassword;
  readonly factorProof: FactorProof;
  readonly auditLog: AuditLog;
  readonly now: () => Date;
}

export interface Given extends GivenFactor {
  readonly password?: string | undefined;
}

export type StepUpUseCases = ReturnType<typeof stepUpUseCases>;

/** Proofs of who is signed in, which some changes ask for. */
export function stepUpUseCases(deps: Dependencies) {
  const { accounts, sessions, factors, identity, provePassword, factorProof, auditLog, now } = deps;

  /** Records in the session what is proven; returns until when it counts. Throws `wrong_password`, and what `FactorProof.prove` throws. */
  async function stepUp(holder: TokenHolder, given: Given, client: Client): Promise<Date> {
    const { accountId } = holder;
    const { password, ...factor } = given;
    const account = await accounts.get(accountId);
    if (!account) throw new AppError("not_signed_in", "account is gone");
    if (password !== undefined) await provePassword(accountId, password, "password");
    const proofs: Proof[] = password === undefined ? [] : ["password"];
    const session = await sessionOf(holder);
    let proven = withProofs(session, proofs, now());
    if (Object.values(factor).some((each) => each !== undefined)) {
      const spend = (by: Spend) => {
        proven = withProofs(session, [...proofs, proofBy(by)], now());
        return factors.prove(holder, by, proven);
      };
      const purpose = { kind: "step-up", accountId, of: holder.sessionId } as const;
      await factorProof.prove(account, await factors.get(accountId), factor, client, { purpose, spend });
    } else await sessions.prove(holder, proven);
    auditLog("step_up", holder);
    return provenUntil(proven);
  }

  /** Records in a session that its account was just signed in to at a provider. Throws `not_signed_in` if it is gone. */
  async function proveByProvider(holder: TokenHolder): Promise<void> {
    await sessions.prove(holder, withProofs(await sessionOf(holder), ["provider"], now()));
    auditLog("step_up", holder);
  }

  /**
   * Throws `step_up_required` unless the action is allowed by what was proven in the session within 10 minutes, or is
   * given together with the request. Returns the factors of the account.
   */
  async function require(
    holder: TokenHolder,
    action: ProvenAction,
    given: readonly Proof[] = [],
  ): Promise<StoredFactors> {
    const { accountId } = holder;
    const [session, stored, hasPassword] = await Promise.all([
      sessionOf(holder),
      factors.get(accountId),
      identity.hasPassword(accountId),
    ]);
    const kind = kindOf(hasPassword, stored);
    const sufficient = sufficientProofs[actionFor(action, stored)][kind];
    const held = [...proofsInForce(session, now()), ...given];
    if (suffices(sufficient, held)) return stored;
    const ways = missingProofs(sufficient, held, proofsOf(hasPassword, stored));
    throw new AppError("step_up_required", `${action} needs ${ways.join(", ")}`, { ways });
  }

  async function sessionOf(holder: TokenHolder): Promise<Session> {
    const session = await sessions.get(holder);
    if (!session) throw new AppError("not_signed_in", "session is gone");
    return session;
  }

  return { stepUp, proveByProvider, require };
}

function actionFor(action: ProvenAction, { recoveryCodes }: StoredFactors): ProvenAction {
  const areUnseen = recoveryCodes !== undefined && !recoveryCodes.seen;
  return action === "newRecoveryCodes" && areUnseen ? "newUnseenRecoveryCodes" : action;
}
