import pLimit from "p-limit";
import { AppError } from "../../domain/app-error.ts";
import { mediaGone } from "../../domain/media.ts";
import type { Owned } from "../../domain/owned.ts";
import type { Project } from "../../domain/project.ts";
import { titleMatches } from "../../domain/title.ts";
import type { ProjectQuery, Projects, Save } from "../../ports/projects.ts";
import { itemsOf, removeItemsOf } from "./account-items.ts";
import { count, requireLive, requireLiveAccount, writeAndCountBack } from "./account-usage.ts";
import { dailyFeed, placeOf } from "./feeds.ts";
import { type Item, number, text, textOrNull, time, timeOrNull } from "./items.ts";
import { mediaKey, ownedOf, projectKey, titleKey, versionKey, versionsOf } from "./keys.ts";
import { copyOf, isStoredItem, releaseOf, use } from "./media-items.ts";
import {
  binOwnedBy,
  factsOf,
  isBinned,
  listedOf,
  projectOf,
  projectsOwnedBy,
  savedOf,
  versionOf,
} from "./project-items.ts";
import type { Dynamodb, Write } from "./requests.ts";
import { again, untilWritten } from "./until-written.ts";

/** Items that a search reads at once: titles are compared here. */
const searchedAtOnce = 200;
/** A transaction has at most 100 items; besides there are the project, its title, its media, and the account. */
const versionsAtOnce = 90;
const readAtOnce = 25;

export function dynamodbProjects(db: Dynamodb): Projects {
  const binned = dailyFeed(db, "bin");

  /** The item of media that a project may point at. Throws `media_gone`, or `not_signed_in` without the account. */
  async function usable(accountId: string, mediaId: string | null): Promise<Item | undefined> {
    if (mediaId === null) return undefined;
    const media = await db.get(mediaKey({ accountId, id: mediaId }));
    if (media && isStoredItem(media)) return media;
    await requireLiveAccount(db, accountId);
    throw mediaGone();
  }

  /** A project that has the revision and is not in the bin. Throws `not_signed_in` without the account. */
  async function changeable(project: Owned, revision: string): Promise<Item | undefined> {
    const item = await db.get(projectKey(project));
    if (item && text(item, "revision") === revision && !isBinned(item)) return item;
    await requireLiveAccount(db, project.accountId);
    return undefined;
  }

  /** Pages of an account's projects, the last saved first. */
  async function* pagesOf({ accountId, inBin, after, limit }: ProjectQuery): AsyncGenerator<Project[]> {
    const place = after && placeOf(after.at, after.id);
    const selection = { table: "records", index: "owner", isDescending: true } as const;
    if (!inBin) {
      const where = `#owner = :owner${place === undefined ? "" : " AND #feedAt < :place"}`;
      const values = { owner: projectsOwnedBy(accountId), place };
      for await (const page of db.query({ ...selection, where, values, limit })) yield page.map(projectOf);
      return;
    }
    // The bin is in the order in which it is emptied. It is small, or the quota of projects is full.
    const all: Project[] = [];
    const values = { owner: binOwnedBy(accountId) };
    for await (const page of db.query({ ...selection, where: "#owner = :owner", values }))
      all.push(...page.map(projectOf));
    const places = new Map(all.map((project) => [placeOf(project.savedAt, project.id), project]));
    const wanted = [...places.keys()].filter((each) => place === undefined || each < place);
    yield wanted
      .toSorted()
      .toReversed()
      .map((each) => places.get(each)!);
  }

  /** The items of all versions of a project, the oldest first. */
  async function versionsIn({ accountId, id }: Owned): Promise<Item[]> {
    const found: Item[] = [];
    for await (const page of itemsOf(db, accountId, versionsOf(id))) found.push(...page);
    return found;
  }

  /** Removes versions except for the last, and counts them back; returns the keys of their objects. */
  function removeFormer(project: Owned, versions: readonly number[]): Promise<readonly string[]> {
    return untilWritten(async () => {
      const [current, ...items] = await pLimit(readAtOnce).map(
        [projectKey(project), ...versions.map((version) => versionKey(project, version))],
        db.get,
      );
      const last = current ? number(current, "version") : 0;
      const found = items
        .filter((item) => item !== undefined)
        .filter((item) => number(item, "version") < last);
      if (found.length === 0) return [];
      const removals = found.map((item) => removalOf(project, item));
      const refused = await writeAndCountBack(db, project.accountId, removals, {
        notesBytes: -bytesOf(found),
      });
      const isOwn = refused?.slice(0, found.length).every((each) => each?.isRepeated && !each.item);
      return !refused || isOwn ? found.map((item) => text(item, "notesKey")) : again;
    });
  }

  return {
    async get(project) {
      const item = await db.get(projectKey(project));
      return item && projectOf(item);
    },

    async getByTitle(accountId, title) {
      const holder = await db.get(titleKey(accountId, title));
      const item = holder && (await db.get(projectKey({ accountId, id: text(holder, "projectId") })));
      return item && !isBinned(item) && text(item, "title") === title ? projectOf(item) : undefined;
    },

    async list(query) {
      const { type, search, limit } = query;
      const isFiltered = type !== undefined || search !== undefined;
      const found: Project[] = [];
      for await (const page of pagesOf({ ...query, limit: isFiltered ? searchedAtOnce : limit })) {
        const ofType = page.filter((project) => type === undefined || project.type === type);
        found.push(...ofType.filter(({ title }) => search === undefined || titleMatches(title, search)));
        if (found.length >= limit) break;
      }
      return found.slice(0, limit);
    },

    add({ id, accountId, facts, save }) {
      const project = { id, accountId };
      return untilWritten(async () => {
        const media = await usable(accountId, facts.mediaId);
        const saved = savedOf(1, save);
        const item = {
          ...{ ...saved, ...factsOf(facts), ...copyOf(media), revision: save.revision, createdAt: save.at },
          ...listedOf(accountId, id, save.at),
        };
        const refused = await db.transact([
          { put: projectKey(project), item, condition: "attribute_not_exists(#pk)" },
          count(accountId, { projects: 1, notesBytes: save.notes.bytes }),
          takeTitle(project, facts.title),
          {
            put: versionKey(project, 1),
            item: { ...saved, saveId: save.saveId },
            condition: "attribute_not_exists(#pk)",
          },
          ...(media ? [use(media)] : []),
        ]);
        if (!refused) return true;
        const [ofProject, ofAccount, ofTitle, ofVersion, ofMedia] = refused;
        if (ofVersion?.isRepeated && isOf(ofVersion.item, save)) return true; // whatever was saved since
        if (ofAccount) requireLive(ofAccount.item);
        if (ofProject) return false;
        if (ofTitle) throw titleTaken();
        if (ofMedia) return again; // it was removed since
        throw full();
      });
    },

    async save(project, from, save) {
      const item = await changeable(project, from);
      if (!item) return false;
      const saved = savedOf(number(item, "version") + 1, save);
      const refused = await db.transact([
        {
          put: versionKey(project, saved.version),
          item: { ...saved, saveId: save.saveId },
          condition: "attribute_not_exists(#pk)",
        },
        {
          update: projectKey(project),
          set: { ...saved, revision: save.revision, ...listedOf(project.accountId, project.id, save.at) },
          ...isUnchanged(from),
        },
        count(project.accountId, { notesBytes: save.notes.bytes }),
      ]);
      if (!refused) return true;
      const [ofVersion, ofProject, ofAccount] = refused;
      // The key is new with each call: if it is there, this call has stored it, whatever was saved since.
      if (isOf(ofVersion?.item, save)) return true;
      if (ofAccount) requireLive(ofAccount.item);
      if (ofVersion || ofProject) return false;
      throw full();
    },

    replaceFacts(project, from, facts, { revision, device, at }) {
      const { id, accountId } = project;
      return untilWritten(async () => {
        const item = await changeable(project, from);
        if (!item) return undefined;
        const title = text(item, "title");
        const formerId = textOrNull(item, "mediaId");
        const isOfOther = formerId !== facts.mediaId;
        const isRenamed = title !== facts.title;
        const media = isOfOther ? await usable(accountId, facts.mediaId) : undefined;
        const isReleased = isOfOther && formerId !== null;
        const former = isReleased ? await db.get(mediaKey({ accountId, id: formerId })) : undefined;
        const release = releaseOf(former, at);
        const changed = { ...factsOf(facts), ...(isOfOther && copyOf(media)), revision, device, savedAt: at };
        const refused = await db.transact([
          {
            update: projectKey(project),
            set: { ...changed, ...listedOf(accountId, id, at) },
            ...isUnchanged(from),
          },
          count(accountId, release.usage),
          ...(isRenamed ? [takeTitle(project, facts.title), freeTitle(project, title)] : []),
          ...(media ? [use(media)] : []),
          ...release.writes,
        ]);
        if (!refused) return release.keys;
        const [ofProject, ofAccount, ofTitle] = refused;
        if (ofProject?.isRepeated && isAt(ofProject.item, revision)) return release.keys;
        if (ofAccount) requireLive(ofAccount.item);
        if (ofProject) return undefined;
        if (isRenamed && ofTitle) throw titleTaken();
        return again; // media was used, released or removed since
      });
    },

    bin(project, at) {
      const { id, accountId } = project;
      return untilWritten(async () => {
        const item = await db.get(projectKey(project));
        if (!item || isBinned(item)) return false;
        const title = text(item, "title");
        const places = { owner: binOwnedBy(accountId), feed: await binned.at(at), feedAt: placeOf(at, id) };
        const refused = await db.transact([
          {
            update: projectKey(project),
            set: { deletedAt: at, ...places },
            condition: "#title = :title AND attribute_not_exists(#deletedAt)",
            values: { title },
          },
          freeTitle(project, title),
        ]);
        const [ofProject] = refused ?? [];
        const isOwn = ofProject?.isRepeated && isSameTime(ofProject.item, at);
        return !refused || isOwn ? true : again; // it was renamed, binned or removed since
      });
    },

    restore(project) {
      const { id, accountId } = project;
      return untilWritten(async () => {
        const item = await db.get(projectKey(project));
        if (!item || !isBinned(item)) return false;
        const listed = listedOf(accountId, id, time(item, "savedAt"));
        const refused = await db.transact([
          {
            update: projectKey(project),
            set: { deletedAt: null, feed: null, ...listed },
            condition: "#deletedAt = :deletedAt",
            values: { deletedAt: time(item, "deletedAt") },
          },
          takeTitle(project, text(item, "title")),
        ]);
        if (!refused) return true;
        const [ofProject, ofTitle] = refused;
        if (ofProject?.isRepeated && ofProject.item && !isBinned(ofProject.item)) return true;
        if (ofTitle && !ofProject) throw titleTaken();
        return again; // it was restored or removed since
      });
    },

    remove(project, at, only) {
      const { accountId } = project;
      const removed: string[] = [];
      return untilWritten(async () => {
        const item = await db.get(projectKey(project));
        const deletedAt = item ? timeOrNull(item, "deletedAt") : null;
        const isOld = !only || (deletedAt !== null && deletedAt < only.binnedBefore);
        if (!item || !isOld) return removed.length > 0 ? removed : undefined;
        const versions = await versionsIn(project);
        const surplus = versions.slice(0, -versionsAtOnce).slice(0, versionsAtOnce);
        if (surplus.length > 0) {
          // More than thinning keeps: what a restore at the same time would find is what it promises.
          const numbers = surplus.map((version) => number(version, "version"));
          removed.push(...(await removeFormer(project, numbers)));
          return again;
        }
        const mediaId = textOrNull(item, "mediaId");
        const media = mediaId === null ? undefined : await db.get(mediaKey({ accountId, id: mediaId }));
        const release = releaseOf(media, at);
        const state = deletedAt ? "#deletedAt = :deletedAt" : "attribute_not_exists(#deletedAt)";
        const removal: Write = {
          delete: projectKey(project),
          condition: `#revision = :revision AND ${state}`,
          values: { revision: text(item, "revision"), deletedAt },
        };
        const usage = { projects: -1, notesBytes: -bytesOf(versions), ...release.usage };
        const refused = await writeAndCountBack(
          db,
          accountId,
          [
            removal,
            ...(deletedAt ? [] : [freeTitle(project, text(item, "title"))]),
            ...versions.map((version) => removalOf(project, version)),
            ...release.writes,
          ],
          usage,
        );
        const [ofProject] = refused ?? [];
        const isDone = !refused || (ofProject?.isRepeated && !ofProject.item);
        if (!isDone) return again; // it was saved, moved or removed since, or its media used
        return [...removed, ...versions.map((version) => text(version, "notesKey")), ...release.keys];
      });
    },

    async listBinned(before, limit) {
      return (await binned.list(before, limit)).map(ownedOf);
    },

    async listVersions(project) {
      return (await versionsIn(project)).map(versionOf).toReversed();
    },

    async getVersion(project, version) {
      const item = await db.get(versionKey(project, version));
      return item && versionOf(item);
    },

    async removeVersions(project, versions) {
      const removed: string[] = [];
      const numbers = [...new Set(versions)];
      for (let from = 0; from < numbers.length; from += versionsAtOnce)
        removed.push(...(await removeFormer(project, numbers.slice(from, from + versionsAtOnce))));
      return removed;
    },

    async removeOfAccount(accountId) {
      await removeItemsOf(db, accountId, "project#");
      // Last: until then one may be restored.
      await removeItemsOf(db, accountId, "title#");
    },
  };
}

/** Of a project that is not in the bin. */
function takeTitle({ accountId, id }: Owned, title: string): Write {
  const item = { projectId: id };
  return { put: titleKey(accountId, title), item, condition: "attribute_not_exists(#pk)" };
}

function freeTitle({ accountId, id }: Owned, title: string): Write {
  return { delete: titleKey(accountId, title), condition: "#projectId = :id", values: { id } };
}

function removalOf(project: Owned, version: Item): Write {
  const key = versionKey(project, number(version, "version"));
  return { delete: key, condition: "attribute_exists(#pk)" };
}

function isUnchanged(from: string) {
  return { condition: "#revision = :from AND attribute_not_exists(#deletedAt)", values: { from } };
}

function isAt(item: Item | undefined, revision: string): boolean {
  return item !== undefined && text(item, "revision") === revision;
}

/** Whether a version is of that save. */
function isOf(version: Item | undefined, { notes }: Save): boolean {
  return version !== undefined && text(version, "notesKey") === notes.key;
}

function isSameTime(item: Item | undefined, deletedAt: Date): boolean {
  return item !== undefined && timeOrNull(item, "deletedAt")?.getTime() === deletedAt.getTime();
}

function bytesOf(versions: readonly Item[]): number {
  return versions.reduce((sum, version) => sum + number(version, "notesBytes"), 0);
}

function titleTaken(): AppError {
  return new AppError("title_taken", "a project has this title");
}

function full(): AppError {
  return new AppError("quota_exceeded", "account has no quota for this");
}
