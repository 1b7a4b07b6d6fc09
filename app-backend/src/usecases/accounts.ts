import { newAccount, viewAccount, type Account, type AccountView, type Profile } from "../domain/account.ts";
import { AppError } from "../domain/app-error.ts";
import type { Client, Requester } from "../domain/client.ts";
import { uploadKeyOf } from "../domain/image.ts";
import { limits } from "../domain/limit.ts";
import type { ProviderIdentity } from "../domain/provider-identity.ts";
import type { Accounts } from "../ports/accounts.ts";
import type { ImageIntake } from "../ports/image-intake.ts";
import type { IdentityProvider } from "../ports/identity-provider.ts";
import type { IncomingPicture, ObjectStore } from "../ports/object-store.ts";
import type { AuditLog } from "../ports/audit-log.ts";
import type { TokenHolder } from "../ports/tokens.ts";
import type { AccountRemoval } from "./account-removal.ts";
import type { CodeUseCases } from "./identity/codes.ts";
import { fromAddress, type RateLimiter } from "./rate-limiter.ts";
import type { ProvePassword } from "./identity/password-proof.ts";
import type { StepUpUseCases } from "./identity/step-up.ts";

export interface Registration {
  readonly email: string;
  readonly password: string;
  /** Undefined: the account gets one of its initial. */
  readonly picture: IncomingPicture | undefined;
}

type NewPerson = Pick<Account, "email" | "confirmed"> & Pick<Registration, "picture">;

/** A person whom a provider knows. */
export type IdentifiedPerson = Pick<ProviderIdentity, "issuer" | "subject"> &
  Pick<Account, "email" | "confirmed">;

interface Dependencies {
  readonly accounts: Accounts;
  readonly objectStore: ObjectStore;
  /** A picture for an account that has sent none, as a PNG. */
  readonly initialPicture: (email: string) => Uint8Array;
  readonly identity: IdentityProvider;
  readonly provePassword: ProvePassword;
  readonly stepUp: StepUpUseCases;
  readonly codes: CodeUseCases;
  readonly removal: AccountRemoval;
  /** Called if a removal could not be finished: it will be resumed. */
  readonly onUnfinished: (error: unknown) => void;
  readonly imageIntake: ImageIntake;
  readonly rateLimiter: RateLimiter;
  readonly auditLog: AuditLog;
  readonly now: () => Date;
  readonly newId: () => string;
}

export type AccountUseCases = ReturnType<typeof accountUseCases>;

export function accountUseCases(deps: Dependencies) {
  const {
    accounts,
    objectStore,
    imageIntake,
    identity,
    provePassword,
    stepUp,
    codes,
    removal,
    onUnfinished,
  } = deps;
  const { rateLimiter, auditLog, now, newId } = deps;

  /** Counts a registration before its body is received. Throws `too_many_requests`. */
  async function admitRegistration(client: Client): Promise<void> {
    await rateLimiter.consume(fromAddress(limits.registerFromAddress, client));
  }

  /** Counts a new picture of an account, as `admitRegistration` does. */
  async function admitPicture(id: string): Promise<void> {
    await rateLimiter.consume([limits.pictureOfAccount, id]);
  }

  /** Creates an account with its picture, or no account. The upload is removed in any case. */
  async function register(registration: Registration, requester: Requester): Promise<AccountView> {
    const { password, ...person } = registration;
    const account = await create({ ...person, confirmed: false }, requester, async (made) => {
      const credential = await signUp(made, password, requester.signal);
      await addOrTakeBack(made, credential, requester.signal);
    });
    return view(account);
  }

  /**
   * Creates an account without a password, with a picture of its initial. Throws `email_taken`, or `identity_taken` if the
   * identity has an account by now.
   */
  async function registerIdentity(person: IdentifiedPerson, requester: Requester): Promise<Account> {
    const { email, confirmed, ...identity } = person;
    return create({ email, confirmed, picture: undefined }, requester, async (made) => {
      await stopIfAborted(requester.signal, made.pictureKey);
      const link = { ...identity, id: newId(), accountId: made.id, email, createdAt: made.createdAt };
      await accounts.addWithIdentity(made, link).catch(async (error: unknown) => {
        if (isTaken(error)) await discard(made.pictureKey);
        throw error;
      });
    });
  }

  async function create(
    { email, confirmed, picture: sent }: NewPerson,
    requester: Requester,
    add: (account: Account) => Promise<void>,
  ): Promise<Account> {
    let picture = sent;
    try {
      // Checked before anything is written: a taken address or an unreachable database costs no hash and no object.
      if (await accounts.getByEmail(email)) throw new AppError("email_taken", "address is taken");
      const id = newId();
      picture ??= await drawInitial(email);
      const pictureKey = await place(id, picture, requester);
      const account = newAccount({ id, email, confirmed, pictureKey, createdAt: now() });
      await add(account);
      auditLog("registered", { accountId: account.id });
      if (!confirmed) codes.welcome(account);
      return account;
    } finally {
      if (picture) await endUpload(picture, requester.signal);
    }
  }

  async function drawInitial(email: string): Promise<IncomingPicture> {
    const key = uploadKeyOf(newId());
    await objectStore.put(key, deps.initialPicture(email), "image/png");
    return { key };
  }

  /**
   * Processes an upload and stores it as a picture that no record names yet; an aborted request leaves none. The key has
   * its own id: if the same picture is sent again, removing the previous one must not remove the new one.
   */
  async function place(accountId: string, upload: IncomingPicture, requester: Requester): Promise<string> {
    const destination = { prefix: `pictures/${accountId}/${newId()}/`, thumbnail: false, shared: false };
    const taken = await imageIntake.take(upload, destination, requester);
    if (!taken) throw new AppError(upload.announced ? "not_uploaded" : "unavailable", "upload is not there");
    return taken.original.key;
  }

  /** The last moment at which an aborted request can leave nothing: the record comes next. */
  async function stopIfAborted(signal: AbortSignal, key: string): Promise<void> {
    if (!signal.aborted) return;
    await discard(key, signal);
    throw signal.reason;
  }

  /** A password that is refused leaves no picture. */
  async function signUp(account: Account, password: string, signal: AbortSignal): Promise<string> {
    await stopIfAborted(signal, account.pictureKey);
    return identity.signUp(account, password).catch(async (error: unknown) => {
      await discard(account.pictureKey, signal);
      throw error;
    });
  }

  // After any other failure the record may exist or may still be written, whatever a query shows now: an extra picture
  // is better than a missing one, and the integrity check removes it. An identity without an account blocks nothing.
  async function addOrTakeBack(account: Account, credential: string, signal: AbortSignal): Promise<void> {
    if (signal.aborted) await takeBack(account, credential, signal);
    signal.throwIfAborted();
    await accounts.add(account, credential).catch(async (error: unknown) => {
      if (isTaken(error)) await takeBack(account, credential);
      throw error;
    });
  }

  async function takeBack(account: Account, credential: string, signal?: AbortSignal): Promise<void> {
    const withdrawn = unlessAborted(identity.withdraw(account, credential), signal);
    await Promise.all([withdrawn, discard(account.pictureKey, signal)]);
  }

  /**
   * Removes an object that is not needed; the failure that led here, or success, is what is reported. An aborted request
   * does not wait for it: a bucket that does not answer takes longer than nginx waits.
   */
  async function discard(key: string, signal?: AbortSignal): Promise<void> {
    await unlessAborted(objectStore.remove(key), signal);
  }

  /** Like `discard`, for an upload: a URL that could write it again is closed. */
  async function endUpload({ key, announced }: IncomingPicture, signal: AbortSignal): Promise<void> {
    await unlessAborted(announced ? objectStore.closeUpload(key) : objectStore.remove(key), signal);
  }

  async function unlessAborted(removal: Promise<void>, signal?: AbortSignal): Promise<void> {
    const removed = removal.catch(() => undefined);
    if (signal?.aborted) return;
    const aborted = new Promise((resolve) => signal?.addEventListener("abort", resolve));
    await Promise.race([removed, aborted]);
  }

  async function existing(id: string): Promise<Account> {
    const account = await accounts.get(id);
    if (!account) throw new AppError("not_signed_in", "account is gone");
    return account;
  }

  async function get(id: string): Promise<AccountView> {
    return view(await existing(id));
  }

  /** Changes the fields that the profile names. */
  async function replaceProfile(id: string, profile: Partial<Profile>): Promise<AccountView> {
    await accounts.replaceProfile(id, profile);
    return get(id);
  }

  /** Replaces the picture by an upload. The upload is removed in any case. */
  async function replacePicture(
    id: string,
    picture: IncomingPicture,
    requester: Requester,
  ): Promise<AccountView> {
    try {
      const to = await place(id, picture, requester);
      await stopIfAborted(requester.signal, to);
      await put(id, to).catch(async (error: unknown) => {
        if (error instanceof AppError && error.code === "not_signed_in") await discard(to); // the account was removed concurrently
        throw error;
      });
      return await get(id);
    } finally {
      await endUpload(picture, requester.signal);
    }
  }

  /** Of several concurrent calls the last one wins, and each removes the picture that it replaced. */
  async function put(id: string, to: string): Promise<void> {
    for (;;) {
      const { pictureKey: from } = await existing(id);
      if (!(await accounts.replacePicture(id, from, to))) continue;
      return discard(from);
    }
  }

  /**
   * Removes an account, its sessions, records and objects. The password is undefined if there is none. Throws
   * `wrong_password`, `step_up_required`.
   */
  async function remove(holder: TokenHolder, password: string | undefined): Promise<void> {
    const { accountId } = holder;
    await stepUp.require(holder, "removeAccount", password === undefined ? [] : ["password"]);
    await provePassword(accountId, password, "password");
    await removeProven(accountId);
  }

  /** Like `remove`, for a caller who has just proven the password. */
  async function removeProven(id: string): Promise<void> {
    await removal.begin(id);
    auditLog("account_removed", { accountId: id });
    await removal.finish(id).catch(onUnfinished);
  }

  async function view(account: Account): Promise<AccountView> {
    return viewAccount(account, await objectStore.url(account.pictureKey));
  }

  return {
    admitRegistration,
    admitPicture,
    register,
    registerIdentity,
    get,
    view,
    replaceProfile,
    replacePicture,
    remove,
    removeProven,
    discard,
  };
}

/** Whether an account was surely not added. */
function isTaken(error: unknown): boolean {
  return error instanceof AppError && (error.code === "email_taken" || error.code === "identity_taken");
}
