import type { Cursor } from "../domain/image.ts";
import type { Owned } from "../domain/owned.ts";
import type { Project, ProjectFacts, ProjectType, ProjectVersion, StoredNotes } from "../domain/project.ts";

export interface ProjectQuery {
  readonly accountId: string;
  /** Those in the bin instead of all others. */
  readonly inBin?: boolean | undefined;
  readonly type?: ProjectType | undefined;
  /** Only titles that match (`titleMatches`). */
  readonly search?: string | undefined;
  /** Only those after this position. */
  readonly after?: Cursor | undefined;
  readonly limit: number;
}

/** What every change of a project leaves: a new revision, the device and the time. */
export interface Change {
  readonly revision: string;
  readonly device: string;
  readonly at: Date;
}

/** A save of notes whose object is written. */
export interface Save extends Change {
  readonly notes: StoredNotes;
  readonly saveId: string | null;
}

export interface NewProject extends Owned {
  readonly facts: ProjectFacts;
  /** Its first version. */
  readonly save: Save;
}

/**
 * Projects and the kept versions of their notes. `add`, `save` and `replaceFacts` throw `not_signed_in` and change nothing
 * if the account is gone or marked as removed.
 */
export interface Projects {
  /** The project, in the bin or not; undefined if the account has none of that id. */
  get(project: Owned): Promise<Project | undefined>;
  /** The project of the account with that tidy title that is not in the bin, or undefined. */
  getByTitle(accountId: string, title: string): Promise<Project | undefined>;
  /** Projects of one account, the last saved first. */
  list(query: ProjectQuery): Promise<Project[]>;
  /**
   * Stores a new project with its first version and counts both; false, and changes nothing, if the account has one of
   * that id. Throws `title_taken`; `media_gone` unless the media is stored and the account's; `quota_exceeded`.
   */
  add(project: NewProject): Promise<boolean>;
  /**
   * Replaces the notes as the next version, and counts it. False, and changes nothing, if the revision is no longer
   * `from`, or the project is in the bin or gone. Throws `quota_exceeded`.
   */
  save(project: Owned, from: string, save: Save): Promise<boolean>;
  /**
   * Replaces the facts; returns the keys of objects that no record points at any longer: that of media whose last use
   * this was. Undefined, and changes nothing, in the cases in which `save` returns false. Throws `title_taken`, `media_gone`.
   */
  replaceFacts(
    project: Owned,
    from: string,
    facts: ProjectFacts,
    change: Change,
  ): Promise<readonly string[] | undefined>;
  /** Moves a project to the bin, where its title is free; false if it is there or gone. Keeps its revision. */
  bin(project: Owned, at: Date): Promise<boolean>;
  /** Takes a project out of the bin; false if it is not there. Throws `title_taken`. Keeps its revision. */
  restore(project: Owned): Promise<boolean>;
  /**
   * Removes a project with its versions and counts it back; `binnedBefore` keeps it unless it is in the bin since before
   * that time. Returns the keys of objects that no record points at any longer: its notes, and media that has no other
   * use and is not kept at that time. Undefined if there is none to remove.
   */
  remove(
    project: Owned,
    at: Date,
    only?: { readonly binnedBefore: Date },
  ): Promise<readonly string[] | undefined>;
  /** Projects of all accounts that are in the bin since before that time, the longest first. */
  listBinned(before: Date, limit: number): Promise<Owned[]>;
  /** The kept versions of a project, the newest first, also of one in the bin; none if it is gone. */
  listVersions(project: Owned): Promise<ProjectVersion[]>;
  /** One kept version, or undefined. */
  getVersion(project: Owned, version: number): Promise<ProjectVersion | undefined>;
  /** Removes versions except for the last, and counts them back; idempotent. Returns the keys of the removed ones' objects. */
  removeVersions(project: Owned, versions: readonly number[]): Promise<readonly string[]>;
  /** Removes all projects of an account with their versions, whatever is marked; idempotent. Their objects are removed before. */
  removeOfAccount(accountId: string): Promise<void>;
}
