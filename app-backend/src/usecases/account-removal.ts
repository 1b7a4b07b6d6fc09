import { uploadKeyOf } from "../domain/image.ts";
import type { Accounts } from "../ports/accounts.ts";
import type { Challenges } from "../ports/challenges.ts";
import type { Factors } from "../ports/factors.ts";
import type { IdentityProvider } from "../ports/identity-provider.ts";
import { mediaQuota } from "../domain/media.ts";
import { projectPrefixesOf } from "../domain/object-key.ts";
import type { Images } from "../ports/images.ts";
import type { MediaFiles } from "../ports/media.ts";
import type { ObjectStore } from "../ports/object-store.ts";
import type { Passkeys } from "../ports/passkeys.ts";
import type { Projects } from "../ports/projects.ts";
import type { ProviderIdentities } from "../ports/provider-identities.ts";
import type { Sessions } from "../ports/sessions.ts";

interface Dependencies {
  readonly accounts: Accounts;
  readonly sessions: Sessions;
  readonly factors: Pick<Factors, "removeOfAccount">;
  readonly passkeys: Pick<Passkeys, "removeOfAccount">;
  readonly challenges: Pick<Challenges, "removeOfAccount">;
  readonly images: Images;
  readonly projects: Projects;
  readonly media: MediaFiles;
  readonly objectStore: ObjectStore;
  readonly identity: Pick<IdentityProvider, "remove">;
  readonly identities: Pick<ProviderIdentities, "removeOfAccount">;
  readonly now: () => Date;
}

export type AccountRemoval = ReturnType<typeof accountRemoval>;

/** One request to the bucket removes 1000 objects: those of 500 images. */
const imagesAtOnce = 500;
const accountsAtOnce = 100;

/**
 * Removes accounts in steps, each within one store and idempotent. After the first the account is gone for everyone, and
 * its address is free; the others remove what it leaves, in the request or later by a job.
 */
export function accountRemoval(deps: Dependencies) {
  const { accounts, sessions, factors, passkeys, challenges, identity, identities } = deps;
  const { images, projects, media, objectStore, now } = deps;
  /** The first step: from here on the removal is certain. */
  const begin = (accountId: string) => accounts.markRemoved(accountId, now());

  /** All other steps. The record of the account is last: while it exists, `resume` finds it. */
  async function finish(accountId: string): Promise<void> {
    // Devices and addresses go first: the bucket may be away for long.
    await sessions.removeOfAccount(accountId);
    await challenges.removeOfAccount(accountId);
    await passkeys.removeOfAccount(accountId); // before the factors, whose record may hold them
    await factors.removeOfAccount(accountId);
    await identity.remove(accountId);
    await identities.removeOfAccount(accountId);
    await removeImages(accountId);
    await removeProjects(accountId);
    await removeBelow(`pictures/${accountId}/`);
    await accounts.remove(accountId);
  }

  async function removeBelow(prefix: string): Promise<void> {
    for await (const objects of objectStore.list(prefix))
      await objectStore.removeAll(objects.map(({ key }) => key));
  }

  /** Objects before their records, which name them; nothing shows a record that is withdrawn. */
  async function removeImages(accountId: string): Promise<void> {
    for (;;) {
      await images.withdrawOfAccount(accountId);
      const found = await images.listWithdrawn(accountId, imagesAtOnce);
      if (found.length === 0) return;
      const uploads = found.filter(({ objectKeys }) => objectKeys.length === 0);
      await objectStore.removeAll(found.flatMap(({ objectKeys }) => objectKeys));
      await Promise.all(uploads.map(({ id }) => objectStore.closeUpload(uploadKeyOf(id))));
      await images.removeWithdrawn(accountId, found);
    }
  }

  /**
   * Objects by their prefix, so that those go too that no record names yet: a save or a completion in progress is refused
   * its record, and removes its own.
   */
  async function removeProjects(accountId: string): Promise<void> {
    for (const prefix of projectPrefixesOf(accountId)) await removeBelow(prefix);
    const pending = await media.listPending(accountId, mediaQuota.maxFiles);
    await Promise.all(pending.map(({ id }) => objectStore.closeUpload(uploadKeyOf(id))));
    await projects.removeOfAccount(accountId);
    await media.removeOfAccount(accountId);
  }

  /** Removes the records of projects and media of an account that is gone: a release without projects has left them. */
  async function removeLeft(accountId: string): Promise<void> {
    if (await accounts.get(accountId)) return;
    await projects.removeOfAccount(accountId);
    await media.removeOfAccount(accountId);
  }

  /** Finishes all removals that stopped halfway. Returns their number; throws the first error, after trying all. */
  async function resume(): Promise<number> {
    const errors: unknown[] = [];
    let [finished, after] = [0, ""];
    for (;;) {
      const found = await accounts.listRemoved(after, accountsAtOnce);
      for (const id of found)
        await finish(id).then(
          () => (finished += 1),
          (error: unknown) => errors.push(error),
        );
      if (found.length < accountsAtOnce) break;
      after = found.at(-1)!;
    }
    if (errors.length > 0) throw errors[0];
    return finished;
  }

  return { begin, finish, removeLeft, resume };
}
