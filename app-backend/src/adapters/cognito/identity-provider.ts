import { randomUUID } from "node:crypto";
import {
  AdminCreateUserCommand,
  AdminGetUserCommand,
  AdminInitiateAuthCommand,
  AdminSetUserPasswordCommand,
  type CognitoIdentityProviderClient,
  ConfirmForgotPasswordCommand,
  ConfirmSignUpCommand,
  type ConfirmSignUpCommandInput,
  ForgotPasswordCommand,
  ResendConfirmationCodeCommand,
  SignUpCommand,
} from "@aws-sdk/client-cognito-identity-provider";
import { noAccount } from "../../domain/account.ts";
import { AppError, fieldError } from "../../domain/app-error.ts";
import { emailKey } from "../../domain/email.ts";
import type { Spend } from "../../domain/factor.ts";
import { couldBePassword } from "../../domain/password.ts";
import { after } from "../../domain/time.ts";
import type { Identity, IdentityProvider } from "../../ports/identity-provider.ts";
import type { PasswordHashes } from "../../ports/password-hashes.ts";
import { inTime } from "./client.ts";
import { isRefusal, rethrowCognitoError } from "./cognito-error.ts";
import { isFirstPassword, newCredential, readCredential } from "./credential.ts";
import { cognitoIdentities } from "./identities.ts";

/** Keeps sign-ups of one address apart. */
export interface Reservations {
  /** Reserves a key, for longer than a request takes. Returns 0, or the milliseconds until it is free. */
  take(key: string): Promise<number>;
  release(key: string): Promise<void>;
}

/** Remembers what `resetFacts` names, of an account and for a time. */
export interface ResetRequests {
  add(accountId: string, fact: string, until: Date): Promise<void>;
  has(accountId: string, fact: string, at: Date): Promise<boolean>;
}

interface Dependencies {
  readonly client: CognitoIdentityProviderClient;
  readonly userPoolId: string;
  readonly clientId: string;
  /** Of the records of accounts: here not hashes, but what `credential.ts` describes. */
  readonly credentials: PasswordHashes;
  readonly reservations: Reservations;
  /** The id of the account that has an address. */
  readonly ownerOf: (email: string) => Promise<string | undefined>;
  readonly resetRequests: ResetRequests;
  readonly now: () => Date;
}

/** https://docs.aws.amazon.com/cognito/latest/developerguide/limits.html, "Resource quotas". */
const codeFormat = { digits: 6, lifeMs: { confirm: 24 * 3_600_000, reset: 3_600_000 } };

const resetFacts = {
  /** A code was requested under this credential version: under another one it is void. */
  requested: (credentialVersion: number) => String(credentialVersion),
  /** The same for an account without a password: it is good with a recovery code alone. */
  requestedFirst: (credentialVersion: number) => `first ${credentialVersion}`,
  /** A code is being tried, or was by a call that did not end: the pool may have replaced the password. */
  tried: (credentialVersion: number) => `tried ${credentialVersion}`,
};

/** What a person waits for at most, with the question what became of a call whose answer was lost. */
const answerTimeoutMs = 2_700;
/** The function is stopped before. */
const longestRequestMs = 30_000;

/**
 * Passwords and mailed codes in an Amazon Cognito user pool, where the user name is the key of the address. The pool's
 * tokens are not used: sessions are ours. Its client has no flow in which they could be refreshed.
 */
export function cognitoIdentityProvider(deps: Dependencies): IdentityProvider {
  const { client, userPoolId: UserPoolId, clientId: ClientId, credentials, now } = deps;
  const { reservations, ownerOf, resetRequests } = deps;
  const { remove: removeUser } = cognitoIdentities(client, UserPoolId);
  /** Accounts whose first code was mailed by their sign-up, in this process. */
  const welcomed = new Set<string>();

  /** Signs up, and returns the `sub` of the new user. */
  async function signUp(Username: string, Password: string, id: string): Promise<string> {
    try {
      const { UserSub } = await client.send(new SignUpCommand({ ClientId, Username, Password }), inTime());
      welcomed.add(id);
      return UserSub!;
    } catch (error) {
      // This call has made the user: the code can be requested again.
      if (isRefusal(error, "CodeDeliveryFailureException")) return subOf(Username);
      if (isRefusal(error, "InvalidPasswordException"))
        throw fieldError("invalid_input", "password", "is refused: choose another one");
      if (isRefusal(error, "InvalidParameterException"))
        throw fieldError("invalid_input", "email", "is not an address that can be used");
      throw error;
    }
  }

  async function subOf(Username: string): Promise<string> {
    const command = new AdminGetUserCommand({ UserPoolId, Username });
    const { UserAttributes } = await client.send(command, inTime());
    return UserAttributes!.find(({ Name }) => Name === "sub")!.Value!;
  }

  async function setUserPassword(sub: string, Password: string): Promise<void> {
    const command = new AdminSetUserPasswordCommand({ UserPoolId, Username: sub, Password, Permanent: true });
    await client.send(command, inTime()).catch(rethrowCognitoError);
  }

  /**
   * Whether the pool takes a code. It refuses by many names, all of which mean the same for a person. If an attempt may
   * have been carried out whose answer was lost, here or by an earlier call, `wasTaken` finds out.
   */
  async function takes(
    command: ConfirmSignUpCommand | ConfirmForgotPasswordCommand,
    wasTaken: (signal: AbortSignal) => Promise<boolean>,
    wasTried = false,
  ): Promise<boolean> {
    const signal = AbortSignal.timeout(answerTimeoutMs);
    try {
      await client.send(command as ConfirmSignUpCommand, inTime());
      return true;
    } catch (error) {
      if (isRefusal(error, "InvalidPasswordException"))
        throw fieldError("invalid_input", "password", "is refused: choose another one");
      const isRefused = isRefusal(error) || isRefusal(error, "InvalidParameterException");
      if ((wasTried || isLost(error, isRefused)) && (await wasTaken(signal))) return true;
      return isRefused ? false : rethrowCognitoError(error);
    }
  }

  /** Since when the pool has the user of an account confirmed whose record is not; undefined if it has not. */
  async function confirmedSince(
    account: Identity | undefined,
    abortSignal: AbortSignal,
  ): Promise<Date | undefined> {
    const command = new AdminGetUserCommand({ UserPoolId, Username: nameOf(account) });
    const user = await client.send(command, { abortSignal }).catch((error: unknown) => {
      if (!isRefusal(error, "UserNotFoundException")) rethrowCognitoError(error);
      return undefined;
    });
    if (!account || account.confirmed || user?.UserStatus !== "CONFIRMED") return undefined;
    const sub = user.UserAttributes?.find(({ Name }) => Name === "sub")?.Value;
    const isOwn = sub !== undefined && readCredential(await credentials.get(account.id))?.sub === sub;
    return isOwn ? user.UserLastModifiedDate : undefined;
  }

  const confirms = (account: Identity | undefined, attempt: ConfirmSignUpCommandInput) =>
    takes(new ConfirmSignUpCommand(attempt), async (signal) => {
      const since = await confirmedSince(account, signal).catch(() => undefined);
      return since !== undefined;
    });

  /** Whether the pool signs the account in by a password. */
  async function opens(account: Identity, PASSWORD: string, abortSignal: AbortSignal): Promise<boolean> {
    const AuthFlow = "ADMIN_USER_PASSWORD_AUTH";
    const AuthParameters = { USERNAME: nameOf(account), PASSWORD };
    const command = new AdminInitiateAuthCommand({ UserPoolId, ClientId, AuthFlow, AuthParameters });
    return client.send(command, { abortSignal }).then(
      () => true,
      (error: unknown) => (isRefusal(error) ? false : rethrowCognitoError(error)),
    );
  }

  /** Raises the credential version: no session outlives its password. */
  async function endSessions(accountId: string): Promise<{ sub: string; version: number | undefined }> {
    const { sub } = readCredential(await credentials.get(accountId)) ?? {};
    if (sub === undefined) throw new Error("account has no identity");
    return { sub, version: await credentials.replace(accountId, { to: sub }) };
  }

  /** The password may have been replaced or not: sessions end, and the code may be tried again. */
  async function endSessionsInDoubt(account: Identity): Promise<void> {
    const { version } = await endSessions(account.id);
    if (version === undefined) return;
    for (const fact of [resetFacts.requested, resetFacts.tried])
      await resetRequests.add(account.id, fact(version), codeEnd());
  }

  const codeEnd = () => after(now(), codeFormat.lifeMs.reset);

  /** Makes the user of an account without a password, whose address another provider has proven. Returns its `sub`. */
  async function createUser(Username: string): Promise<string> {
    const UserAttributes = [
      { Name: "email", Value: Username },
      { Name: "email_verified", Value: "true" },
    ];
    const command = new AdminCreateUserCommand({
      ...{ UserPoolId, Username, UserAttributes },
      MessageAction: "SUPPRESS",
    });
    const { User } = await client.send(command, inTime());
    return User!.Attributes!.find(({ Name }) => Name === "sub")!.Value!;
  }

  /** As `createUser`, in place of a user of no account: it was left, or made at the pool itself. */
  async function createOnlyUser(key: string): Promise<string> {
    return createUser(key).catch(async (error: unknown) => {
      if (!isRefusal(error, "UsernameExistsException")) throw error;
      await removeUser(key);
      return createUser(key);
    });
  }

  /** Mails a code to an account without a password. The user that it needs opens nothing: no record names it. */
  async function requestFirst({ id, email, credentialVersion }: Identity): Promise<void> {
    const key = emailKey(email);
    if ((await reservations.take(key)) > 0) return; // a code is being mailed, or used
    try {
      if (readCredential(await credentials.get(id)) !== undefined || (await ownerOf(email)) !== id) return;
      // The pool mails a code only to a user with a password: one that no one knows.
      await setUserPassword(await createOnlyUser(key), randomUUID());
      await resetRequests.add(id, resetFacts.requestedFirst(credentialVersion), codeEnd());
      await client.send(new ForgotPasswordCommand({ ClientId, Username: key }), inTime());
    } catch (error) {
      rethrowCognitoError(error);
    } finally {
      await reservations.release(key).catch(() => undefined);
    }
  }

  /** As `reset`, of an account without a password. The record names the user last, and that spends the recovery code. */
  async function resetFirst(
    asked: Identity | undefined,
    ConfirmationCode: string,
    Password: string,
    spend: Spend,
  ): Promise<boolean> {
    // Of no account too: the time of a refusal reveals none.
    const { id, credentialVersion: from } = asked ?? { id: noAccount, credentialVersion: 0 };
    const isOpen = await resetRequests.has(id, resetFacts.requestedFirst(from), now());
    const account = isOpen ? asked : undefined;
    const Username = nameOf(account);
    const retryAfterMs = await reservations.take(Username);
    if (retryAfterMs > 0)
      throw new AppError("unavailable", "a password of this address is being set", { retryAfterMs });
    try {
      const attempt = { ClientId, Username, ConfirmationCode, Password };
      if (!(await takes(new ConfirmForgotPasswordCommand(attempt), async () => false))) return false;
      const sub = await subOf(Username);
      const version = account && (await credentials.replace(account.id, { to: sub, from, spend }));
      if (version === undefined) await removeUser(sub);
      return version !== undefined;
    } catch (error) {
      return rethrowCognitoError(error);
    } finally {
      await reservations.release(Username).catch(() => undefined);
    }
  }

  /** Like `setPassword`. The record names the user last: until then no password of it opens the account. */
  async function setFirstPassword(account: Identity, password: string): Promise<number | undefined> {
    const { id, email, credentialVersion: from } = account;
    const key = emailKey(email);
    const retryAfterMs = await reservations.take(key);
    if (retryAfterMs > 0)
      throw new AppError("unavailable", "a password of this address is being set", { retryAfterMs });
    try {
      // Set since the caller looked, or the account is gone: the user of its address may be another one's.
      if (readCredential(await credentials.get(id)) !== undefined) return undefined;
      if ((await ownerOf(email)) !== id) return undefined;
      const sub = await createOnlyUser(key);
      await setUserPassword(sub, password);
      const version = await credentials.replace(id, { to: sub, from });
      if (version === undefined) await removeUser(sub);
      return version;
    } catch (error) {
      return rethrowCognitoError(error);
    } finally {
      await reservations.release(key).catch(() => undefined);
    }
  }

  return {
    codeFormat,
    mailsAll: false,

    async signUp({ id, email }, password) {
      const key = emailKey(email);
      const retryAfterMs = await reservations.take(key);
      if (retryAfterMs > 0)
        throw new AppError("unavailable", "a sign-up of this address is in progress", { retryAfterMs });
      try {
        // Another sign-up may have ended since the caller looked: its user must not be taken for one that was left.
        if ((await ownerOf(email)) !== undefined) throw new AppError("email_taken", "address is taken");
        const sub = await signUp(key, password, id).catch(async (error: unknown) => {
          if (!isRefusal(error, "UsernameExistsException")) throw error;
          // No account has this address and no other sign-up is in progress: one that was stopped has left this user.
          await removeUser(key);
          return signUp(key, password, id);
        });
        return await newCredential(sub, password);
      } catch (error) {
        await reservations.release(key).catch(() => undefined);
        // No more mails today, or a client signs up at the pool itself at the same time.
        if (isRefusal(error, "LimitExceededException", "UsernameExistsException"))
          throw new AppError("unavailable", "user pool takes no sign-up of this address", { cause: error });
        return rethrowCognitoError(error);
      }
    },

    hasPassword: async (accountId) => readCredential(await credentials.get(accountId)) !== undefined,

    async withdraw({ id, email }, credential) {
      welcomed.delete(id);
      await removeUser(readCredential(credential)!.sub);
      await reservations.release(emailKey(email));
    },

    async authenticate(account, password) {
      const AuthParameters = {
        USERNAME: nameOf(account),
        PASSWORD: couldBePassword(password) ? password : randomUUID(), // the pool calls any other malformed
      };
      const AuthFlow = "ADMIN_USER_PASSWORD_AUTH";
      const command = new AdminInitiateAuthCommand({ UserPoolId, ClientId, AuthFlow, AuthParameters });
      try {
        const { AuthenticationResult } = await client.send(command, inTime());
        if (AuthenticationResult === undefined) throw new Error("user pool asks for a second factor");
        if (account === undefined) return false;
        // Anyone can make a user at the pool itself, for an address that has an account without a password.
        return readCredential(await credentials.get(account.id)) !== undefined;
      } catch (error) {
        if (!isRefusal(error)) return rethrowCognitoError(error);
        // For each refusal, needed or not: its time reveals no account.
        const credential = readCredential(await credentials.get(account?.id ?? noAccount));
        const isFirst = await isFirstPassword(credential, password);
        return isFirst && account !== undefined && isRefusal(error, "UserNotConfirmedException");
      }
    },

    async requestCode(purpose, account, hasRecoveryCodes = false) {
      const { id, confirmed, credentialVersion } = account;
      if (readCredential(await credentials.get(id)) === undefined)
        // The pool has no user to mail to.
        return purpose === "reset" && hasRecoveryCodes ? requestFirst(account) : undefined;
      const named = { ClientId, Username: nameOf(account) };
      const resend = () => client.send(new ResendConfirmationCodeCommand(named), inTime());
      if (purpose === "confirm") {
        if (welcomed.delete(id)) await reservations.release(named.Username); // the account was added
        else await resend().catch(rethrowCognitoError);
        return;
      }
      await resetRequests.add(id, resetFacts.requested(credentialVersion), codeEnd());
      await client.send(new ForgotPasswordCommand(named), inTime()).catch((error: unknown) => {
        // The pool mails no reset code to an address that was never confirmed.
        if (confirmed || !isRefusal(error, "InvalidParameterException")) rethrowCognitoError(error);
      });
      // That address gets the code that confirms it instead: a reset takes either.
      if (confirmed) return;
      await resend().catch((error: unknown) => {
        // The pool has confirmed it, and its record could not be written: the code for a reset was mailed.
        if (!isRefusal(error, "InvalidParameterException")) rethrowCognitoError(error);
      });
    },

    async confirm(account, ConfirmationCode) {
      if (await confirms(account, { ClientId, Username: nameOf(account), ConfirmationCode })) return true;
      // Longer than a request takes, and the record does not say so: the request that has spent the code did not end.
      const since = await confirmedSince(account, inTime().abortSignal);
      return since !== undefined && after(since, longestRequestMs) <= now();
    },

    async reset(asked, ConfirmationCode, Password, recovery) {
      if (recovery) return resetFirst(asked, ConfirmationCode, Password, recovery);
      // Of no account too: the time of a refusal reveals none.
      const { id, credentialVersion: version } = asked ?? { id: noAccount, credentialVersion: 0 };
      const has = (fact: string) => resetRequests.has(id, fact, now());
      const noteTried = (until: Date) => resetRequests.add(id, resetFacts.tried(version), until);
      const [isOpen, wasTried] = await Promise.all([
        has(resetFacts.requested(version)),
        has(resetFacts.tried(version)),
      ]);
      const account = isOpen ? asked : undefined;
      const attempt = { ClientId, Username: nameOf(account), ConfirmationCode };
      const wasReset = async (signal: AbortSignal) => {
        if (!account) return false;
        return opens(account, Password, signal).catch(async (error: unknown) => {
          await endSessionsInDoubt(account);
          throw error;
        });
      };
      // Code and password are one call: here the version can only be raised after it, perhaps by the next attempt.
      await noteTried(codeEnd());
      const command = new ConfirmForgotPasswordCommand({ ...attempt, Password });
      const isReset = await takes(command, wasReset, wasTried);
      if (isReset) await endSessions(id);
      const forgotten = noteTried(now());
      // Under the next version it counts for nothing, unless records of before are restored.
      await (isReset ? forgotten.catch(() => undefined) : forgotten);
      if (!account || isReset || account.confirmed) return isReset;
      if (!(await confirms(account, attempt))) return false;
      await setUserPassword((await endSessions(account.id)).sub, Password);
      return true;
    },

    async setPassword({ id, email, confirmed, credentialVersion: from }, password) {
      // It would count as confirmed then, without a proven address: no code could ever be mailed again.
      if (!confirmed) throw new AppError("not_confirmed", "address is not confirmed");
      const { sub } = readCredential(await credentials.get(id)) ?? {};
      if (sub === undefined)
        return setFirstPassword({ id, email, confirmed, credentialVersion: from }, password);
      const version = await credentials.replace(id, { to: sub, from });
      if (version !== undefined) await setUserPassword(sub, password);
      return version;
    },

    remove: cognitoIdentityRemoval({ credentials, removeUser }),
  };
}

interface Removal {
  readonly credentials: Pick<PasswordHashes, "get" | "remove">;
  /** By the `sub`: the address may belong to another account by now. */
  readonly removeUser: (sub: string) => Promise<void>;
}

/** Removes the user of an account, which may be marked as removed. */
export function cognitoIdentityRemoval({ credentials, removeUser }: Removal): IdentityProvider["remove"] {
  return async (accountId) => {
    const credential = readCredential(await credentials.get(accountId));
    if (credential) await removeUser(credential.sub);
    await credentials.remove(accountId);
  };
}

/** Whether a call may have been carried out although it failed. The client repeats it once if it gets no answer. */
function isLost(error: unknown, isRefused: boolean): boolean {
  if (!isRefused) return !isThrottle(error);
  const { $metadata } = error as { readonly $metadata?: { readonly attempts?: number } };
  return ($metadata?.attempts ?? 1) > 1;
}

const isThrottle = (error: unknown) => error instanceof Error && error.name === "TooManyRequestsException";

/** The user name of an account; of none, a name that no one has. */
function nameOf(account: Identity | undefined): string {
  return account ? emailKey(account.email) : `${randomUUID()}@unknown.invalid`;
}
