import { viewAccount, type Account, type AccountView } from "../domain/account.ts";
import { AppError } from "../domain/app-error.ts";
import type { Accounts } from "../ports/accounts.ts";
import type { Passwords } from "../ports/passwords.ts";
import type { IncomingPicture, Pictures } from "../ports/pictures.ts";

export interface Registration {
  readonly email: string;
  readonly password: string;
  readonly picture: IncomingPicture;
}

interface Dependencies {
  readonly accounts: Accounts;
  readonly pictures: Pictures;
  readonly passwords: Passwords;
  readonly now: () => Date;
  readonly newId: () => string;
}

export type AccountUseCases = ReturnType<typeof accountUseCases>;

export function accountUseCases({ accounts, pictures, passwords, now, newId }: Dependencies) {
  /** Makes an account with its picture, or leaves nothing behind. The upload is taken away in any case. */
  async function register(registration: Registration): Promise<AccountView> {
    try {
      // Asked before anything is placed: a taken address or an absent database costs no hash and no object.
      if (await accounts.getByEmail(registration.email))
        throw new AppError("email_taken", "address is taken");
      const account = await newAccount(registration);
      await pictures.place(registration.picture, account.pictureKey);
      await addOrTakeBack(account);
      return await view(account);
    } finally {
      await discard(registration.picture.key);
    }
  }

  async function newAccount({ email, password, picture }: Registration): Promise<Account> {
    const id = newId();
    return {
      id,
      email,
      passwordHash: await passwords.hash(password),
      pictureKey: `pictures/${id}/${newId()}.${picture.type.extension}`,
      username: null,
      firstName: null,
      lastName: null,
      confirmed: false,
      createdAt: now(),
    };
  }

  async function addOrTakeBack(account: Account): Promise<void> {
    try {
      await accounts.add(account);
    } catch (error) {
      if (!(await mayExist(account.id))) await discard(account.pictureKey);
      throw error;
    }
  }

  // A lost connection hides whether the record was written. A picture too many is better than one that is missing.
  async function mayExist(id: string): Promise<boolean> {
    return accounts.get(id).then(
      (account) => account !== undefined,
      () => true,
    );
  }

  /** Removes an object nobody needs; the failure that led here, or success, is the one to report. */
  async function discard(key: string): Promise<void> {
    await pictures.remove(key).catch(() => undefined);
  }

  async function get(id: string): Promise<AccountView> {
    const account = await accounts.get(id);
    if (!account) throw new AppError("not_signed_in", "account is gone");
    return view(account);
  }

  async function view(account: Account): Promise<AccountView> {
    return viewAccount(account, await pictures.url(account.pictureKey));
  }

  return { register, get, view, discard };
}
