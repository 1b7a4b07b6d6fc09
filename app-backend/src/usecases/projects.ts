import { AppError } from "../domain/app-error.ts";
import type { Cursor } from "../domain/image.ts";
import { limits } from "../domain/limit.ts";
import { requireUsable } from "../domain/media.ts";
import { decodeNotes, encodeNotes, type Notes } from "../domain/notes.ts";
import { notesKey } from "../domain/object-key.ts";
import type { Owned } from "../domain/owned.ts";
import {
  type Project,
  type ProjectFacts,
  projectTypeOf,
  type ProjectType,
  type ProjectVersion,
  requireOutOfBin,
  type StoredNotes,
  type UsedMedia,
} from "../domain/project.ts";
import { etagOf } from "../domain/revision.ts";
import { alwaysKept, thinned } from "../domain/version-thinning.ts";
import type { MediaFiles } from "../ports/media.ts";
import type { ObjectStore } from "../ports/object-store.ts";
import type { ProjectQuery, Projects } from "../ports/projects.ts";
import type { RateLimiter } from "./rate-limiter.ts";

/** Who changes a project, and on which device (`deviceName`). */
export interface Actor {
  readonly accountId: string;
  readonly device: string;
}

/** What a person sets; the type follows from it. */
export type Wishes = Omit<ProjectFacts, "type">;

export interface NewProject extends Wishes {
  readonly type?: ProjectType | undefined;
  readonly notes: unknown;
}

/** `from` are the revisions that may be replaced. */
export interface NotesChange {
  readonly from: readonly string[];
  readonly notes: unknown;
  /** The key with which the request is repeated. */
  readonly key?: string | undefined;
}

export interface FactsChange {
  readonly from: readonly string[];
  /** What is named changes. A video replaces media, and the reverse. */
  readonly facts: { readonly [Fact in keyof Wishes]?: Wishes[Fact] | undefined };
  readonly type?: ProjectType | undefined;
}

export interface ProjectPage {
  readonly items: Project[];
  /** Where the next page begins; undefined on the last page. */
  readonly next: Cursor | undefined;
}

interface Dependencies {
  readonly projects: Projects;
  readonly media: Pick<MediaFiles, "get">;
  readonly objectStore: Pick<ObjectStore, "put" | "read" | "removeAll">;
  readonly rateLimiter: Pick<RateLimiter, "consume">;
  /** SHA-256 in hex. */
  readonly digest: (content: string | Uint8Array) => string;
  readonly now: () => Date;
  readonly newId: () => string;
  /** An id that is made of a text, always the same one. */
  readonly idOf: (text: string) => string;
}

export type ProjectUseCases = ReturnType<typeof projectUseCases>;

/** Projects of one account. All throw `not_found` for a project that the account does not have. */
export function projectUseCases(deps: Dependencies) {
  const { projects, media, objectStore, rateLimiter, digest, now, newId, idOf } = deps;

  /** Adds a project with its first version; with the same key again, returns the one that was added. */
  async function create(actor: Actor, wishes: NewProject, key?: string): Promise<Project> {
    const { accountId, device } = actor;
    const content = encodeNotes(wishes.notes);
    const id = key === undefined ? newId() : idOf(`project ${accountId} ${key}`);
    const project = { accountId, id };
    const known = key === undefined ? undefined : await projects.get(project);
    if (known) return known;
    const facts = await factsOf(accountId, wishes, wishes.type);
    await writing(project, content, async (notes) => {
      const save = { revision: newId(), device, at: now(), notes, saveId: key ?? null };
      return projects.add({ ...project, facts, save });
    });
    return get(accountId, id);
  }

  /** The project, in the bin or not. */
  async function get(accountId: string, id: string): Promise<Project> {
    const project = await projects.get({ accountId, id });
    if (!project) throw new AppError("not_found", "no such project of the account");
    return project;
  }

  /** The notes of a project. Throws `notes_missing` if their object is. */
  function notesOf({ notes }: Project): Promise<Notes> {
    return read(notes);
  }

  /**
   * Saves notes as the next version. The same notes again change nothing, whatever they were to replace. Throws `in_bin`;
   * `stale_version` with what is there now; `notes_too_large`, `quota_exceeded`, `too_many_requests`.
   */
  async function saveNotes(actor: Actor, id: string, change: NotesChange): Promise<Project> {
    const content = encodeNotes(change.notes);
    const sha256 = digest(content);
    for (;;) {
      const project = await get(actor.accountId, id);
      requireOutOfBin(project);
      if (project.notes.sha256 === sha256) return project;
      if (!change.from.includes(project.revision)) throw await stale(project, change.key);
      const common = { revision: newId(), device: actor.device };
      const saved = await writing(project, content, async (notes) => {
        const save = { ...common, at: now(), notes, saveId: change.key ?? null };
        return (await projects.save(project, project.revision, save)) && save;
      });
      if (!saved) continue; // another change came first
      await thin(project);
      const { notes, at: savedAt } = saved;
      return { ...project, ...common, version: project.version + 1, notes, savedAt };
    }
  }

  /**
   * Changes title, label, video or media. What is already so changes nothing. Throws as `saveNotes` does, and
   * `title_taken`, `media_gone`.
   */
  async function saveFacts(actor: Actor, id: string, { from, facts, type }: FactsChange): Promise<Project> {
    for (;;) {
      const project = await get(actor.accountId, id);
      requireOutOfBin(project);
      const before = wishesOf(project);
      const wishes = merged(before, facts);
      const wanted = await factsOf(actor.accountId, wishes, type, project.media);
      if (sameWishes(before, wishes)) return project;
      if (!from.includes(project.revision)) throw await stale(project);
      const change = { revision: newId(), device: actor.device, at: now() };
      const released = await projects.replaceFacts(project, project.revision, wanted, change);
      if (!released) continue; // another change came first
      await discard(released);
      return get(actor.accountId, id);
    }
  }

  /** One page of an account's projects, the last saved first. */
  async function list(query: ProjectQuery): Promise<ProjectPage> {
    const found = await projects.list({ ...query, limit: query.limit + 1 });
    const items = found.slice(0, query.limit);
    const last = found.length > query.limit ? items.at(-1) : undefined;
    return { items, next: last && { at: last.savedAt, id: last.id } };
  }

  /** Moves a project to the bin; one that is there stays. */
  async function bin(accountId: string, id: string): Promise<void> {
    if (!(await projects.bin({ accountId, id }, now()))) await get(accountId, id);
  }

  /** Takes a project out of the bin; one that is not there stays as it is. Throws `title_taken`. */
  async function restore(accountId: string, id: string): Promise<Project> {
    await projects.restore({ accountId, id });
    return get(accountId, id);
  }

  /** Removes a project with its versions, and media that has no other use. */
  async function removeForever(accountId: string, id: string): Promise<void> {
    const keys = await projects.remove({ accountId, id }, now());
    if (!keys) throw new AppError("not_found", "no such project of the account");
    await discard(keys);
  }

  /** The kept versions, the newest first. */
  async function listVersions(accountId: string, id: string): Promise<ProjectVersion[]> {
    const versions = await projects.listVersions({ accountId, id });
    if (versions.length === 0) throw new AppError("not_found", "no such project of the account");
    return versions;
  }

  /** One kept version with its notes. Throws `not_found`, also for one that is no longer kept. */
  async function getVersion(accountId: string, id: string, number: number) {
    const version = await projects.getVersion({ accountId, id }, number);
    if (!version) throw new AppError("not_found", "no such version of the project");
    return { version, notes: await read(version.notes) };
  }

  async function read({ key }: StoredNotes): Promise<Notes> {
    const content = await objectStore.read(key);
    if (!content) throw new AppError("notes_missing", `no object ${key}`);
    const parts: Uint8Array[] = [];
    for await (const part of content) parts.push(part);
    return decodeNotes(Buffer.concat(parts));
  }

  /**
   * Writes notes under a new key, then the record that points at them; if that is refused, removes them again. After an
   * uncertain failure they stay: the integrity check finds them if no record does.
   */
  async function writing<Result>(
    project: Owned,
    content: Uint8Array,
    record: (notes: StoredNotes) => Promise<Result | false>,
  ): Promise<Result | false> {
    const sha256 = digest(content);
    const key = notesKey(project, newId(), sha256);
    await rateLimiter.consume([limits.notesOfAccount, project.accountId]);
    await objectStore.put(key, content, "application/json");
    try {
      const result = await record({ key, sha256, bytes: content.length });
      if (result === false) await discard([key]);
      return result;
    } catch (error) {
      if (error instanceof AppError && error.code !== "unavailable") await discard([key]);
      throw error;
    }
  }

  /** Removes versions that are no longer kept. What fails here is repeated by the next save. */
  async function thin(project: Project): Promise<void> {
    if (project.version < alwaysKept) return;
    try {
      const doomed = thinned(await projects.listVersions(project), now());
      if (doomed.length === 0) return;
      const keys = await projects.removeVersions(
        project,
        doomed.map(({ version }) => version),
      );
      await discard(keys);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
    }
  }

  /** Removes objects that no record points at; the integrity check finds those that could not be removed. */
  async function discard(keys: readonly string[]): Promise<void> {
    if (keys.length > 0) await objectStore.removeAll(keys).catch(() => undefined);
  }

  async function factsOf(
    accountId: string,
    { title, label, videoId, mediaId }: Wishes,
    asked: ProjectType | undefined,
    current: UsedMedia | null = null,
  ): Promise<ProjectFacts> {
    const isCurrent = mediaId === null || mediaId === current?.id;
    const used = isCurrent ? current : requireUsable(await media.get({ accountId, id: mediaId }));
    const type = projectTypeOf({ videoId, media: mediaId === null ? null : used }, asked);
    return { title, label, videoId, mediaId, type };
  }

  async function stale(project: Project, key?: string): Promise<AppError> {
    const { version, title, device, notes } = project;
    const versions = key === undefined ? [] : await projects.listVersions(project);
    const current = {
      ...{ etag: etagOf(project.revision), version, title, device, notesSha256: notes.sha256 },
      savedAt: project.savedAt.toISOString(),
      saved: versions.find(({ saveId }) => saveId === key)?.version ?? null,
    };
    return new AppError("stale_version", "project has been changed since", { current });
  }

  return {
    ...{ create, get, notesOf, saveNotes, saveFacts, list, bin, restore, removeForever },
    ...{ listVersions, getVersion },
    getByTitle: projects.getByTitle,
  };
}

function wishesOf({ title, label, videoId, media }: Project): Wishes {
  return { title, label, videoId, mediaId: media?.id ?? null };
}

function merged(before: Wishes, { title, label, videoId, mediaId }: FactsChange["facts"]): Wishes {
  return {
    title: title ?? before.title,
    label: label === undefined ? before.label : label,
    videoId: videoId === undefined ? (mediaId ? null : before.videoId) : videoId,
    mediaId: mediaId === undefined ? (videoId ? null : before.mediaId) : mediaId,
  };
}

function sameWishes(one: Wishes, other: Wishes): boolean {
  return (Object.keys(one) as (keyof Wishes)[]).every((fact) => one[fact] === other[fact]);
}
