import { randomBytes, randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from "@jest/globals";
import { aesFactorSecrets } from "../../../src/adapters/aes/factor-secrets.ts";
import { jwtPasskeyChallenges } from "../../../src/adapters/jwt/passkey-challenges.ts";
import type { Account } from "../../../src/domain/account.ts";
import { guessesAt, maxGuesses } from "../../../src/domain/limit.ts";
import { after } from "../../../src/domain/time.ts";
import type { Accounts } from "../../../src/ports/accounts.ts";
import type { Factors } from "../../../src/ports/factors.ts";
import type { Limits } from "../../../src/ports/limits.ts";
import type { Passkeys } from "../../../src/ports/passkeys.ts";
import type { Sessions } from "../../../src/ports/sessions.ts";
import { factorProof, type GivenFactor } from "../../../src/usecases/identity/factor-proof.ts";
import { newRecoveryCodes } from "../../../src/usecases/identity/new-recovery-codes.ts";
import { passkeyProof } from "../../../src/usecases/identity/passkey-proof.ts";
import { textCodeUseCases } from "../../../src/usecases/identity/text-codes.ts";
import { rateLimiter } from "../../../src/usecases/rate-limiter.ts";
import { openDynamodbStores } from "../../adapters/dynamodb/stores.ts";
import { openMysqlStores } from "../../adapters/mysql/stores.ts";
import { shownCode } from "../../authenticator.ts";
import { holderOf, someAccount, someSession } from "../../contract/fixtures.ts";

interface Stores {
  readonly accounts: Accounts;
  readonly sessions: Sessions;
  readonly factors: Factors;
  readonly passkeys: Passkeys;
  readonly limits: Limits;
  close(): Promise<void>;
}

const stepMs = 30_000;
const dayMs = 24 * 3_600_000;
const at = (address: string) => ({ address, userAgent: "curl/8" });
const home = at("203.0.113.7");

jest.setTimeout(600_000);

describe.each<[string, () => Promise<Stores>]>([
  ["MySQL", openMysqlStores],
  ["DynamoDB", openDynamodbStores],
])("on %s", (_, open) => {
  let stores: Stores;
  let time: Date;
  const now = () => time;
  const factorSecrets = aesFactorSecrets({ current: randomBytes(64), former: [] });

  beforeAll(async () => {
    stores = await open();
  });
  afterAll(() => stores.close());
  beforeEach(() => {
    // A window begins.
    time = new Date("2026-06-01T12:00:00Z");
    time = after(time, guessesAt(time).forgetMs);
  });

  /** An account with an app, which knows the network of `home`. */
  async function person() {
    const { limits, factors, passkeys } = stores;
    const auditLog = () => {};
    const limiter = rateLimiter({ limits, auditLog, now });
    const common = { limits, factors, passkeys, factorSecrets, rateLimiter: limiter, auditLog, now };
    const passkeyChallenges = jwtPasskeyChallenges({ current: randomBytes(64), former: [] });
    const proof = factorProof({
      ...common,
      passkeyProof: passkeyProof({ ...common, passkeyChallenges, ceremonies: undefined }),
      textCodes: textCodeUseCases({ ...common, texts: undefined }),
    });
    const account: Account = someAccount();
    await stores.accounts.add(account, "hash");
    const session = someSession(account.id);
    await stores.sessions.add(session);
    const { secret, sealed } = factorSecrets.newTotp(account.id);
    const { codes, hashes } = newRecoveryCodes(factorSecrets, account.id);
    const enrolmentId = randomUUID();
    await factors.enrol(account.id, { id: enrolmentId, secret: sealed, endsAt: after(time, stepMs) });
    const event = { at: time, what: "totp_added", device: "" } as const;
    const confirmation = { enrolmentId, step: 1, recoveryHashes: hashes, event, proven: session };
    expect(await factors.confirm(holderOf(session), confirmation)).toBe(true);
    await limiter.know(account.email, home);

    const prove = async (given: GivenFactor, client = home) =>
      proof.prove(account, await factors.get(account.id), given, client, {
        purpose: { kind: "step-up", accountId: account.id, of: session.id },
        spend: (spend) => factors.prove(holderOf(session), spend, session),
      });
    const code = (steps = 0) => shownCode(secret, after(time, steps * stepMs));
    /** No code of any step that is recognized. */
    const wrongCode = () => {
      const right = new Set(Array.from({ length: 21 }, (_, index) => code(index - 10)));
      return ["000000", ...Array.from({ length: 21 }, (_, digit) => `1111${10 + digit}`)].find(
        (each) => !right.has(each),
      )!;
    };
    return { prove, code, wrongCode, codes };
  }

  test("MFA-04 after 100 wrong codes from unknown networks none is judged there until the window ends, and the owner gets in", async () => {
    const { prove, code, wrongCode, codes } = await person();
    for (let guess = 0; guess < maxGuesses; guess += 1) {
      time = after(time, 16 * 60_000); // the longest delay of an account has passed
      // Each from another network.
      const refused = prove({ code: wrongCode() }, at(`198.51.100.${guess}`));
      await expect(refused).rejects.toMatchObject({ code: "wrong_code" });
    }
    time = after(time, 7 * dayMs); // the count of 24 hours is forgotten
    const elsewhere = at("192.0.2.1");
    const leftMs = guessesAt(time).forgetMs;
    for (const given of [code(), wrongCode()])
      await expect(prove({ code: given }, elsewhere)).rejects.toMatchObject({
        code: "too_many_requests",
        retryAfterMs: leftMs,
      });
    expect(await prove({ code: code() })).toBe("totp");
    time = after(time, 16 * 60_000);
    expect(await prove({ recoveryCode: codes[0]! }, elsewhere)).toBe("recovery");
    // The owner's success brings no further guesses.
    await expect(prove({ code: code() }, elsewhere)).rejects.toMatchObject({ code: "too_many_requests" });
    time = after(time, guessesAt(time).forgetMs);
    expect(await prove({ code: code() }, elsewhere)).toBe("totp");
  });

  test("MFA-04 right codes use up no guesses, however many", async () => {
    const { prove, code } = await person();
    for (let use = 0; use <= maxGuesses; use += 1) {
      time = after(time, stepMs);
      expect(await prove({ code: code() })).toBe("totp");
    }
  });

  test("MFA-08 a code that a hint has found right is refused when its time comes, and the next one is not", async () => {
    const { prove, code } = await person();
    const early = code(6);
    await expect(prove({ code: early })).rejects.toMatchObject({ code: "wrong_code", hint: "clock" });
    time = after(time, 6 * stepMs);
    expect(code()).toBe(early);
    const refused = await prove({ code: early }).catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: "wrong_code" });
    expect(refused).not.toHaveProperty("hint", "clock");
    time = after(time, stepMs);
    expect(await prove({ code: code() })).toBe("totp");
  });

  test("MFA-08 a code that was used gets no hint later", async () => {
    const { prove, code } = await person();
    const used = code();
    expect(await prove({ code: used })).toBe("totp");
    for (const steps of [1, 3, 3]) {
      time = after(time, steps * stepMs);
      const refused = await prove({ code: used }).catch((error: unknown) => error);
      expect(refused).toMatchObject({ code: "wrong_code" });
      expect(refused).not.toHaveProperty("hint", "clock");
    }
  });
});
