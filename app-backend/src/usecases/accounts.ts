import { viewAccount, type Account, type AccountView, type Profile } from "../domain/account.ts";
import { AppError } from "../domain/app-error.ts";
import type { Client, Requester } from "../domain/client.ts";
import { limits } from "../domain/limit.ts";
import type { Accounts } from "../ports/accounts.ts";
import type { ImageProcessor, ImageFile } from "../ports/image-processor.ts";
import type { IdentityProvider } from "../ports/identity-provider.ts";
import type { IncomingPicture, ObjectStore } from "../ports/object-store.ts";
import type { AuditLog } from "../ports/audit-log.ts";
import type { AccountRemoval } from "./account-removal.ts";
import type { CodeUseCases } from "./identity/codes.ts";
import { fromAddress, type RateLimiter } from "./rate-limiter.ts";
import type { PasswordUseCases } from "./identity/passwords.ts";

export interface Registration {
  readonly email: string;
  readonly password: string;
  readonly picture: IncomingPicture;
}

interface Dependencies {
  readonly accounts: Accounts;
  readonly objectStore: ObjectStore;
  readonly identity: IdentityProvider;
  readonly proof: PasswordUseCases;
  readonly codes: CodeUseCases;
  readonly removal: AccountRemoval;
  /** Called if a removal could not be finished: it will be resumed. */
  readonly onUnfinished: (error: unknown) => void;
  readonly imageProcessor: ImageProcessor;
  readonly rateLimiter: RateLimiter;
  readonly auditLog: AuditLog;
  readonly now: () => Date;
  readonly newId: () => string;
}

export type AccountUseCases = ReturnType<typeof accountUseCases>;

export function accountUseCases(deps: Dependencies) {
  const { accounts, objectStore, imageProcessor, identity, proof, codes, removal, onUnfinished } = deps;
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
    try {
      // Checked before anything is written: a taken address or an unreachable database costs no hash and no object.
      if (await accounts.getByEmail(registration.email))
        throw new AppError("email_taken", "address is taken");
      const { account, credential } = await processed(registration.picture, requester, async (image) => {
        const made = newAccount(registration.email, image);
        // A password may be refused: no object is written yet.
        const signedUp = await identity.signUp(made, registration.password);
        await place(made.pictureKey, image, requester.signal);
        return { account: made, credential: signedUp };
      });
      await addOrTakeBack(account, credential, requester.signal);
      auditLog("registered", { accountId: account.id });
      codes.welcome(account);
      return await view(account);
    } finally {
      await endUpload(registration.picture, requester.signal);
    }
  }

  function newAccount(email: string, picture: ImageFile): Account {
    const id = newId();
    return {
      id,
      email,
      pictureKey: pictureKeyOf(id, picture),
      credentialVersion: 0,
      username: null,
      firstName: null,
      lastName: null,
      confirmed: false,
      createdAt: now(),
    };
  }

  /** Processes an upload into a picture and removes its files when `use` has ended. */
  async function processed<Result>(
    { key, announced }: IncomingPicture,
    requester: Requester,
    use: (image: ImageFile) => Promise<Result>,
  ): Promise<Result> {
    const read = () => objectStore.read(key, requester.signal, announced);
    const inFiles = await imageProcessor.process(read, requester);
    if (!inFiles) throw new AppError(announced ? "not_uploaded" : "unavailable", "upload is not there");
    try {
      return await use(inFiles.original);
    } finally {
      await inFiles.discard();
    }
  }

  /** Writes a picture that no record names yet; an aborted request leaves none. */
  async function place(key: string, image: ImageFile, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    await objectStore.write(key, image, signal).catch(async (error: unknown) => {
      await stopIfAborted(signal, key);
      throw error;
    });
  }

  /** The last moment at which an aborted request can leave nothing: the record comes next. */
  async function stopIfAborted(signal: AbortSignal, key: string): Promise<void> {
    if (!signal.aborted) return;
    await discard(key, signal);
    throw signal.reason;
  }

  // The key has its own id: if the same picture is sent again, removing the previous one must not remove the new one.
  function pictureKeyOf(accountId: string, { sha256, extension }: ImageFile): string {
    return `pictures/${accountId}/${newId()}/${sha256}.${extension}`;
  }

  // After any other failure the record may exist or may still be written, whatever a query shows now: an extra picture
  // is better than a missing one, and the integrity check removes it.
  async function addOrTakeBack(account: Account, credential: string, signal: AbortSignal): Promise<void> {
    await stopIfAborted(signal, account.pictureKey);
    await accounts.add(account, credential).catch(async (error: unknown) => {
      if (error instanceof AppError && error.code === "email_taken") await discard(account.pictureKey);
      throw error;
    });
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
      const to = await processed(picture, requester, async (image) => {
        const key = pictureKeyOf(id, image);
        await place(key, image, requester.signal);
        return key;
      });
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

  /** Removes an account, its sessions, records and objects. Throws `wrong_password`. */
  async function remove(id: string, password: string): Promise<void> {
    await proof.prove(id, password, "password");
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
    get,
    view,
    replaceProfile,
    replacePicture,
    remove,
    discard,
  };
}
