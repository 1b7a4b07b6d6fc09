import { randomUUID } from "node:crypto";
import { AdminGetUserCommand } from "@aws-sdk/client-cognito-identity-provider";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import { openCognito } from "../../../src/adapters/cognito/client.ts";
import {
  cognitoIdentityProvider,
  type Reservations,
} from "../../../src/adapters/cognito/identity-provider.ts";
import { mysqlAccounts } from "../../../src/adapters/mysql/accounts.ts";
import { mysqlLimits } from "../../../src/adapters/mysql/limits.ts";
import { mysqlPasswordHashes } from "../../../src/adapters/mysql/password-hashes.ts";
import { AppError } from "../../../src/domain/app-error.ts";
import type { Spend } from "../../../src/domain/factor.ts";
import { after } from "../../../src/domain/time.ts";
import type { Identity, IdentityProvider } from "../../../src/ports/identity-provider.ts";
import { identityProviderContract } from "../../contract/identity-provider.ts";
import type { Opened } from "../../contract/opened.ts";
import { timeOf, within } from "../../within.ts";
import { openMysql } from "../mysql/stores.ts";
import { clock, createPool, faults, mailedCode, mailsTo, type TestPool } from "./test-pool.ts";

const hourMs = 3_600_000;
const password = "correct horse battery";
const next = "a much better one";

/** The provider over a pool; credentials and what it remembers are in MySQL. */
function openProvider(
  pool: TestPool,
  now: () => Date,
  reservations?: Reservations,
  ownerOf?: (email: string) => Promise<string | undefined>,
  isAway = () => false,
) {
  return openMysql((db) => {
    const limits = mysqlLimits(db);
    const credentials = mysqlPasswordHashes(db);
    return cognitoIdentityProvider({
      ...{ client: openCognito(pool.config), ...pool.config, now },
      credentials: {
        ...credentials,
        async replace(...change) {
          if (isAway()) throw new AppError("unavailable", "the store is away");
          return credentials.replace(...change);
        },
      },
      reservations: reservations ?? reservationsIn(),
      ownerOf: ownerOf ?? (async (email) => (await mysqlAccounts(db).getByEmail(email))?.id),
      resetRequests: {
        add: limits.know,
        has: limits.knows,
      },
    });
  })();
}

function reservationsIn(taken = new Set<string>()): Reservations {
  return {
    async take(key) {
      if (taken.has(key)) return 35_000;
      taken.add(key);
      return 0;
    },
    release: async (key) => void taken.delete(key),
  };
}

describe("Amazon Cognito, over MySQL", () => {
  identityProviderContract(async () => {
    let offsetMs = 0;
    const pool = await createPool();
    const opened = await openProvider(pool, () => after(new Date(), offsetMs));
    return {
      ...opened,
      codes: { digits: 6, lifeMs: 24 * hourMs },
      mailedCode,
      advance: (ms) => clock((offsetMs += ms)),
      refusePasswords: (refused) => (refused ? faults({ action: "ConfirmForgotPassword" }) : faults()),
      async close() {
        await opened.close();
        await pool.drop();
      },
    };
  });
});

describe("a user pool", () => {
  let pool: TestPool;
  let opened: Opened<IdentityProvider>;
  let identity: IdentityProvider;
  const reserved = new Set<string>();
  const owners = new Map<string, string>();
  let laterMs = 0;
  let isAway = false;

  beforeAll(async () => {
    pool = await createPool();
    opened = await openProvider(
      pool,
      () => after(new Date(), laterMs),
      reservationsIn(reserved),
      async (email) => owners.get(email),
      () => isAway,
    );
    identity = opened.port;
  });
  afterEach(() => faults());
  afterAll(async () => {
    await opened.close();
    await pool.drop();
  });

  const someone = (): Identity => {
    const id = randomUUID();
    return { id, email: `Reader.${id}@Example.org`, confirmed: false, credentialVersion: 0 };
  };

  async function join(account = someone(), text = password): Promise<Identity> {
    const credential = await identity.signUp(account, text);
    await opened.raw.addAccount({ ...account, credential });
    return account;
  }

  async function confirmed(account: Identity): Promise<Identity> {
    await identity.confirm(account, (await mailedCode(account.email))!);
    return { ...account, confirmed: true };
  }

  const userOf = async ({ email }: Identity) => {
    const { userPoolId: UserPoolId } = pool.config;
    return pool.idp.send(new AdminGetUserCommand({ UserPoolId, Username: email.toLowerCase() }));
  };

  test("a sign-up mails one code, and asking for another one mails another", async () => {
    const account = await join();
    await identity.requestCode("confirm", account); // the use case of a registration
    expect(await mailsTo(account.email)).toHaveLength(1);
    await identity.requestCode("confirm", account);
    expect(await mailsTo(account.email)).toHaveLength(2);
  });

  test("IDP-14 an account without a password gets one first password, of any number at once", async () => {
    const account = { ...someone(), confirmed: true };
    await opened.raw.addAccount({ ...account, credential: "" });
    owners.set(account.email, account.id);
    const texts = [1, 2, 3].map((number) => `${next} ${number}`);
    const tries = await Promise.allSettled(texts.map((text) => identity.setPassword(account, text)));
    const won = tries.flatMap((each, index) =>
      each.status === "fulfilled" && each.value === 1 ? [index] : [],
    );
    expect(won).toHaveLength(1);
    await pool.tokens(account.email, texts[won[0]!]!); // the first sign-in makes the pool's key, which takes a while
    for (const [index, text] of texts.entries())
      expect(await identity.authenticate(account, text)).toBe(index === won[0]);
    expect(await userOf(account)).toMatchObject({ UserStatus: "CONFIRMED" });
    expect(await mailsTo(account.email)).toEqual([]);

    // As if the account had gone since, and its address were another one's: that one's user stays.
    const former = { ...account, id: randomUUID() };
    await opened.raw.addAccount({ ...former, email: someone().email, credential: "" });
    expect(await identity.setPassword(former, next)).toBeUndefined();
    expect(await identity.authenticate(account, texts[won[0]!]!)).toBe(true);
  });

  test("PKY-11 a first password whose record could not be written leaves the recovery code, and opens nothing", async () => {
    const account = { ...someone(), confirmed: true };
    const hash = randomUUID();
    await opened.raw.addAccount({ ...account, credential: "" });
    await opened.raw.addFactors({
      accountId: account.id,
      totpId: randomUUID(),
      lastStep: 0,
      hashes: [hash.padEnd(64, "0")],
    });
    owners.set(account.email, account.id);
    const recovery: Spend = {
      factor: "recovery",
      hashes: [hash.padEnd(64, "0")],
      event: { at: new Date(), what: "recovery_code_used", device: "curl" },
    };
    const reset = async () => {
      await identity.requestCode("reset", account, true);
      return identity.reset(account, (await mailedCode(account.email))!, next, recovery);
    };
    isAway = true;
    await expect(reset()).rejects.toMatchObject({ code: "unavailable" });
    isAway = false;
    expect(await identity.authenticate(account, next)).toBe(false);
    expect(await opened.raw.count(hash)).toBe(1);
    expect(await reset()).toBe(true);
    expect(await identity.authenticate(account, next)).toBe(true);
    expect(await opened.raw.count(hash)).toBe(0);
  });

  test("SLS-07 the right password of an unconfirmed address is distinguished from a wrong one", async () => {
    const account = await join();
    expect(await identity.authenticate(account, password)).toBe(true);
    expect(await identity.authenticate(account, next)).toBe(false);
    await faults({ action: "AdminInitiateAuth", error: "UserNotConfirmedException" }); // AWS's order: confirmation first
    expect(await identity.authenticate(account, password)).toBe(true);
    expect(await identity.authenticate(account, next)).toBe(false);
    expect(await identity.authenticate(undefined, password)).toBe(false);
  });

  test("an unconfirmed address gets no new password by the old one: no code could confirm it then", async () => {
    const account = await join();
    await expect(identity.setPassword(account, next)).rejects.toMatchObject({ code: "not_confirmed" });
    expect((await userOf(account)).UserStatus).toBe("UNCONFIRMED");
  });

  test("the owner of an unconfirmed address takes it over by mail, and its maker is out", async () => {
    const account = await join();
    await identity.requestCode("reset", account);
    expect(await identity.reset(account, (await mailedCode(account.email))!, next)).toBe(true);
    const after = { ...account, confirmed: true, credentialVersion: 1 };
    expect(await identity.authenticate(after, password)).toBe(false);
    expect(await identity.authenticate(after, next)).toBe(true);
    expect((await userOf(account)).UserStatus).toBe("CONFIRMED");
  });

  test("SLS-11 a sign-up that another one has overtaken leaves the user of that account", async () => {
    const account = await join();
    await identity.requestCode("confirm", account); // the registration has ended
    owners.set(account.email, "another");
    const late = { ...account, id: randomUUID() };
    await expect(identity.signUp(late, next)).rejects.toMatchObject({ code: "email_taken" });
    expect(await identity.authenticate(account, password)).toBe(true);
  });

  describe("SLS-11 a sign-up that was stopped", () => {
    test("before its account was added does not keep the address", async () => {
      const first = someone();
      await identity.signUp(first, "typed at the first attempt");
      reserved.clear(); // the time of a request has passed
      const second = { ...someone(), email: first.email };
      await join(second);
      const after = await confirmed(second);
      expect(await identity.authenticate(after, password)).toBe(true);
      expect(await identity.authenticate(after, "typed at the first attempt")).toBe(false);
    });

    test("is not replaced while it may still be in progress", async () => {
      const first = someone();
      await identity.signUp(first, password);
      const second = identity.signUp({ ...someone(), email: first.email.toUpperCase() }, next);
      await expect(second).rejects.toMatchObject({ code: "unavailable", retryAfterMs: 35_000 });
    });

    test("by an outage can be repeated at once", async () => {
      const account = someone();
      await faults({ action: "SignUp", error: "ServiceUnavailable" });
      await expect(identity.signUp(account, password)).rejects.toMatchObject({ code: "unavailable" });
      await faults();
      expect(await identity.authenticate(await join(account), password)).toBe(true);
    });
  });

  test("a code whose mail could not be sent is reported, and can be asked for again", async () => {
    const account = await join();
    await identity.requestCode("confirm", account); // mailed by the sign-up
    await faults({ action: "ResendConfirmationCode", error: "CodeDeliveryFailureException" });
    await expect(identity.requestCode("confirm", account)).rejects.toMatchObject({ code: "unavailable" });
    await faults();
    await identity.requestCode("confirm", account);
    expect((await confirmed(account)).confirmed).toBe(true);
  });

  test.each(["LimitExceededException", "TooManyFailedAttemptsException", "InvalidParameterException"])(
    "SLS-10 a code that is refused as %s is wrong for the caller, as every other is, and not tried twice",
    async (error) => {
      const account = await join();
      const code = (await mailedCode(account.email))!;
      await faults(
        { action: "ConfirmSignUp", error, times: 1 },
        { action: "ConfirmForgotPassword", error, times: 1 },
      );
      expect(await identity.confirm(account, code)).toBe(false);
      await identity.requestCode("reset", account);
      expect(await identity.reset(account, code, next)).toBe(false);
    },
  );

  describe("SLS-19 a code that is spent while the answer is lost", () => {
    const lost = (action: string) => ({ action, lost: true, times: 1 });

    test("confirms its account, at once or when it is repeated later", async () => {
      const [atOnce, later] = [await join(), await join()];
      await faults(lost("ConfirmSignUp"));
      expect(await identity.confirm(atOnce, (await mailedCode(atOnce.email))!)).toBe(true);
      const code = (await mailedCode(later.email))!;
      await faults(lost("ConfirmSignUp"), { action: "ConfirmSignUp" }, { action: "AdminGetUser" });
      await expect(identity.confirm(later, code)).rejects.toMatchObject({ code: "unavailable" });
      await faults();
      expect(await identity.confirm(later, code)).toBe(false); // another request may have spent it just now
      laterMs = 31_000;
      expect(await identity.confirm(later, code)).toBe(true);
      expect(await identity.confirm({ ...later, confirmed: true }, code)).toBe(false);
      expect(await identity.confirm({ ...later, id: await opened.raw.addAccount() }, code)).toBe(false);
      laterMs = 0;
    });

    test("replaces the password, and one that was not spent does not", async () => {
      const account = await confirmed(await join());
      await identity.requestCode("reset", account);
      await faults({ action: "ConfirmForgotPassword", error: "InternalErrorException" });
      const refused = identity.reset(account, (await mailedCode(account.email))!, next);
      await expect(refused).rejects.toMatchObject({ code: "unavailable" });
      expect(await identity.setPassword(account, password)).toBe(1); // the version was as before
      const known = { ...account, credentialVersion: 1 };
      await identity.requestCode("reset", known);
      await faults(lost("ConfirmForgotPassword"));
      expect(await identity.reset(known, (await mailedCode(account.email))!, next)).toBe(true);
      expect(await identity.authenticate(known, next)).toBe(true);
      expect(await identity.setPassword(known, password)).toBeUndefined(); // the version was raised
    });

    test("ends all sessions if the pool cannot be asked, and leaves the code", async () => {
      const account = await confirmed(await join());
      await identity.requestCode("reset", account);
      const code = (await mailedCode(account.email))!;
      await faults({ action: "*", error: "InternalErrorException" });
      await expect(identity.reset(account, code, next)).rejects.toMatchObject({ code: "unavailable" });
      await faults();
      expect(await identity.setPassword(account, next)).toBeUndefined(); // the version was raised
      expect(await identity.reset({ ...account, credentialVersion: 1 }, code, next)).toBe(true);
    });

    test("replaces the password by repeating it if the store was away after it, and ends the sessions", async () => {
      const account = await confirmed(await join());
      await identity.requestCode("reset", account);
      const code = (await mailedCode(account.email))!;
      isAway = true;
      await expect(identity.reset(account, code, next)).rejects.toMatchObject({ code: "unavailable" });
      isAway = false;
      expect(await identity.reset(account, code, next)).toBe(true);
      expect(await identity.setPassword(account, password)).toBeUndefined(); // the version was raised
    });

    test("is asked about once: a wrong code is no way to try passwords", async () => {
      const account = await confirmed(await join());
      await identity.requestCode("reset", account);
      for (const _ of [1, 2]) expect(await identity.reset(account, "000000", password)).toBe(false);
      expect(await identity.setPassword(account, next)).toBe(1); // the version was as before
    });

    test("may be followed by a reset if the pool alone knows that the address is confirmed", async () => {
      const account = await join();
      await confirmed(account);
      await identity.requestCode("reset", account);
      expect(await identity.reset(account, (await mailedCode(account.email))!, next)).toBe(true);
    });
  });

  describe("SLS-12 a pool that is away", () => {
    const calls: [string, (account: Identity) => Promise<unknown>][] = [
      ["a sign-in", (account) => identity.authenticate(account, password)],
      ["a sign-up", () => identity.signUp(someone(), password)],
      ["a confirmation", (account) => identity.confirm(account, "123456")],
      ["a new password", (account) => identity.setPassword({ ...account, confirmed: true }, next)],
    ];

    test.each(calls)("makes %s unavailable within 3 seconds if it does not answer", async (_name, call) => {
      const account = await join();
      await faults({ action: "*", silent: true });
      const refused = () => expect(call(account)).rejects.toMatchObject({ code: "unavailable" });
      await within(3_000, () => timeOf(refused));
    });

    test.each(["TooManyRequestsException", "InternalErrorException", "ServiceUnavailable"])(
      "makes a sign-in unavailable by %s",
      async (error) => {
        const account = await join();
        await faults({ action: "*", error });
        const attempt = identity.authenticate(account, password);
        await expect(attempt).rejects.toMatchObject({ code: "unavailable" });
      },
    );

    test("ends the sessions of a password before it is replaced, and not the reverse", async () => {
      const account = await confirmed(await join());
      await faults({ action: "AdminSetUserPassword" });
      await expect(identity.setPassword(account, next)).rejects.toMatchObject({ code: "unavailable" });
      await faults();
      expect(await identity.authenticate(account, password)).toBe(true);
      expect(await identity.setPassword(account, next)).toBeUndefined(); // the version was raised
      expect(await identity.setPassword({ ...account, credentialVersion: 1 }, next)).toBe(2);
    });
  });
});
