import { AppError } from "../../domain/app-error.ts";
import type { Client } from "../../domain/client.ts";
import type { Spend } from "../../domain/factor.ts";
import { limits as rules } from "../../domain/limit.ts";
import { counts, type PasskeyChallenge, passkeyLifeMs, type PasskeyPurpose } from "../../domain/passkey.ts";
import type { AuditLog } from "../../ports/audit-log.ts";
import type { Limits } from "../../ports/limits.ts";
import type { PasskeyCeremonies, PasskeyOptions, UsedCredential } from "../../ports/passkey-ceremonies.ts";
import type { PasskeyChallenges } from "../../ports/passkey-challenges.ts";
import type { Passkeys } from "../../ports/passkeys.ts";
import { factorEvent } from "./factor-event.ts";

interface Dependencies {
  readonly passkeys: Passkeys;
  /** Undefined: browsers have no passkeys on this site. */
  readonly ceremonies: PasskeyCeremonies | undefined;
  readonly passkeyChallenges: PasskeyChallenges;
  readonly limits: Limits;
  readonly auditLog: AuditLog;
  readonly now: () => Date;
}

/** What a browser is asked for, and what it keeps until the authenticator has answered. */
export interface PasskeyRequest {
  readonly options: PasskeyOptions;
  readonly expiresIn: number;
  readonly kept: string;
}

/** The answer of an authenticator, and what the browser has kept. */
export interface GivenPasskey {
  readonly answer: UsedCredential;
  readonly kept: string | undefined;
}

export type PasskeySpend = Extract<Spend, { readonly factor: "passkey" }>;

export type PasskeyProof = ReturnType<typeof passkeyProof>;

/** Challenges for authenticators, and what their answers prove (decision 0047). */
export function passkeyProof(deps: Dependencies) {
  const { passkeys, passkeyChallenges, limits, auditLog, now } = deps;

  /** Throws `passkeys_off` where browsers have none. */
  function ceremonies(): PasskeyCeremonies {
    if (!deps.ceremonies)
      throw new AppError("passkeys_off", "site has neither a domain with HTTPS nor localhost");
    return deps.ceremonies;
  }

  function begin(purpose: PasskeyPurpose, optionsFor: (challenge: string) => PasskeyOptions): PasskeyRequest {
    const challenge = ceremonies().newChallenge();
    const kept = passkeyChallenges.sign({ challenge, purpose }, now());
    return { options: optionsFor(challenge), expiresIn: passkeyLifeMs / 1000, kept };
  }

  /** Asks for a passkey that the account has. Throws `not_found` if it has none that works here. */
  async function beginUse(purpose: Extract<PasskeyPurpose, { kind: "second-step" | "step-up" }>) {
    const { rpId, requestOptions } = ceremonies();
    const all = await passkeys.listOfAccount(purpose.accountId);
    const usable = all.filter((passkey) => passkey.rpId === rpId);
    if (usable.length === 0) throw new AppError("not_found", "account has no passkey for this domain");
    return begin(purpose, (challenge) => requestOptions(challenge, usable));
  }

  /** The challenge that a browser has kept, which is spent by it. Throws `passkey_ended`. */
  async function take(kept: string | undefined): Promise<PasskeyChallenge> {
    ceremonies();
    if (kept === undefined) throw new AppError("passkey_ended", "browser has kept no challenge");
    const stated = passkeyChallenges.read(kept, now());
    // For one of any number of parallel answers, the wrong ones too.
    if ((await limits.consume(rules.useOfPasskeyChallenge, stated.challenge, now())) > 0)
      throw new AppError("passkey_ended", "challenge was used before");
    return stated;
  }

  /**
   * What a passkey of the account proves, once its use is recorded. Throws `passkey_ended` for a challenge of another
   * purpose, `passkey_unknown`, `passkey_refused`.
   */
  async function judge({ answer, kept }: GivenPasskey, purpose: PasskeyPurpose, accountId: string) {
    const stated = await take(kept);
    if (!isFor(stated.purpose, purpose))
      throw new AppError("passkey_ended", "challenge is for something else");
    const all = await passkeys.listOfAccount(accountId);
    const passkey = all.find(({ credentialId }) => credentialId === answer.id);
    if (!passkey) throw new AppError("passkey_unknown", "account has no such passkey");
    const { userVerified, ...counted } = await ceremonies().use(answer, stated.challenge, passkey);
    const verified = userVerified && passkey.userVerified;
    return { factor: "passkey", id: passkey.id, verified, ...counted, at: now() } satisfies PasskeySpend;
  }

  /** Throws for a use that the store has refused; notes it if the counter was the reason. */
  async function refuseUse(accountId: string, { id, counter }: PasskeySpend, client: Client): Promise<never> {
    const passkey = (await passkeys.listOfAccount(accountId)).find((each) => each.id === id);
    if (!passkey) throw new AppError("passkey_unknown", "passkey was removed since");
    if (!counts(passkey.counter, counter)) {
      await passkeys.noteCopy(accountId, factorEvent("passkey_copied", client, now()));
      auditLog("passkey_copied", { accountId });
    }
    throw new AppError("passkey_refused", "counter did not rise, or the rest was over");
  }

  return { rpId: deps.ceremonies?.rpId, ceremonies, begin, beginUse, take, judge, refuseUse };
}

function isFor(stated: PasskeyPurpose, wanted: PasskeyPurpose): boolean {
  if (stated.kind === "sign-in" || wanted.kind === "sign-in") return stated.kind === wanted.kind;
  const { kind, accountId, of } = wanted;
  return stated.kind === kind && stated.accountId === accountId && stated.of === of;
}
