import type { Pool } from "mysql2/promise";
import { AppError } from "../../domain/app-error.ts";
import { mediaGone } from "../../domain/media.ts";
import {
  type Project,
  type ProjectFacts,
  projectQuota,
  type ProjectType,
  type ProjectVersion,
} from "../../domain/project.ts";
import type { Owned } from "../../domain/owned.ts";
import { titleMatches } from "../../domain/title.ts";
import type { Projects, Save } from "../../ports/projects.ts";
import { addUsage, lockAccount, lockLiveAccount, type Usage } from "./account-usage.ts";
import { duplicateKey } from "./database-error.ts";
import { releaseMedia } from "./media.ts";
import { change, select, type Statements, transaction } from "./pool.ts";

interface VersionRow {
  version: number;
  save_id: string | null;
  notes_key: string;
  notes_sha256: string;
  notes_bytes: number;
  device: string;
  saved_at: Date;
}

interface Row extends Omit<VersionRow, "save_id"> {
  id: string;
  account_id: string;
  title: string;
  type: ProjectType;
  label: string | null;
  video_id: string | null;
  media_id: string | null;
  media_name: string;
  media_type: string;
  media_bytes: number;
  media_key: string;
  revision: string;
  created_at: Date;
  deleted_at: Date | null;
}

const selection = `SELECT p.id, p.account_id, p.title, p.type, p.label, p.video_id, p.media_id, m.name AS media_name,
  m.content_type AS media_type, m.bytes AS media_bytes, m.object_key AS media_key, p.version, p.revision, p.notes_key,
  p.notes_sha256, p.notes_bytes, p.device, p.created_at, p.saved_at, p.deleted_at
  FROM projects p LEFT JOIN media m ON m.id = p.media_id`;

const versionColumns = "version, save_id, notes_key, notes_sha256, notes_bytes, device, saved_at";

/** Rows that a search reads at once; titles are compared here, because each store compares text in its own way. */
const rowsAtOnce = 200;
/** Each has at most 50 versions, which go with it. */
const projectsAtOnce = 20;

export function mysqlProjects(pool: Pool): Projects {
  async function rows(rest: string, values: (string | Date)[]): Promise<Project[]> {
    return (await select<Row>(pool, `${selection} ${rest}`, values)).map(projectOf);
  }

  const mine = "p.id = ? AND p.account_id = ?";

  /** Runs `write` under the lock of an account that is live. Duplicate titles become `title_taken`. */
  function writing<Result>(
    accountId: string,
    write: (statements: Statements, usage: Usage) => Promise<Result>,
  ): Promise<Result> {
    return transaction(pool, async (statements) =>
      write(statements, await lockLiveAccount(statements, accountId)),
    ).catch(rethrowTaken);
  }

  return {
    async get({ id, accountId }) {
      const [project] = await rows(`WHERE ${mine}`, [id, accountId]);
      return project;
    },

    async getByTitle(accountId, title) {
      const [project] = await rows("WHERE p.account_id = ? AND p.live_title = ?", [accountId, title]);
      return project;
    },

    async list({ accountId, inBin = false, type, search, after, limit }) {
      const found: Project[] = [];
      const size = search === undefined ? limit : rowsAtOnce;
      for (let from = after; found.length < limit;) {
        const conditions = ["p.account_id = ?", `p.deleted_at IS ${inBin ? "NOT NULL" : "NULL"}`];
        const values: (string | Date)[] = [accountId];
        if (type !== undefined) {
          conditions.push("p.type = ?");
          values.push(type);
        }
        if (from) {
          // Not a row comparison, for which MySQL does not use the index.
          conditions.push("p.saved_at <= ? AND (p.saved_at < ? OR p.id < ?)");
          values.push(from.at, from.at, from.id);
        }
        const order = `ORDER BY p.saved_at DESC, p.id DESC LIMIT ${Number(size)}`;
        const page = await rows(`WHERE ${conditions.join(" AND ")} ${order}`, values);
        found.push(...page.filter(({ title }) => search === undefined || titleMatches(title, search)));
        const last = page.at(-1);
        if (page.length < size || !last) break;
        from = { at: last.savedAt, id: last.id };
      }
      return found.slice(0, limit);
    },

    async add({ id, accountId, facts, save }) {
      return writing(accountId, async (statements, usage) => {
        await requireMedia(statements, accountId, facts.mediaId);
        const columns = `id, account_id, title, live_title, type, label, video_id, media_id, version, revision, notes_key,
          notes_sha256, notes_bytes, device, created_at, saved_at`;
        const { key, sha256, bytes } = save.notes;
        const values = [id, accountId, facts.title, ...valuesOf(facts), 1, save.revision, key, sha256, bytes];
        const marks = "?, ".repeat(values.length);
        const sql = `INSERT INTO projects (${columns}) VALUES (${marks}?, ?, ?)`;
        try {
          await statements.change(sql, [...values, save.device, save.at, save.at]);
        } catch (error) {
          if (duplicateKey(error) === "PRIMARY") return false;
          throw error;
        }
        if (usage.project_count >= projectQuota.maxProjects) throw full();
        await addVersion(statements, { id, accountId }, usage, save, 1);
        return true;
      });
    },

    async save(project, from, save) {
      return writing(project.accountId, async (statements, usage) => {
        const sql = `UPDATE projects SET version = version + 1, revision = ?, notes_key = ?, notes_sha256 = ?,
          notes_bytes = ?, device = ?, saved_at = ?
          WHERE id = ? AND account_id = ? AND revision = ? AND deleted_at IS NULL`;
        const { key, sha256, bytes } = save.notes;
        const values = [save.revision, key, sha256, bytes, save.device, save.at];
        const holder = [project.id, project.accountId, from];
        if ((await statements.change(sql, [...values, ...holder])) === 0) return false;
        await addVersion(statements, project, usage, save, 0);
        return true;
      });
    },

    async replaceFacts({ id, accountId }, from, facts, { revision, device, at }) {
      return writing(accountId, async (statements) => {
        const condition = "id = ? AND account_id = ? AND revision = ? AND deleted_at IS NULL";
        const sql = `SELECT media_id FROM projects WHERE ${condition} FOR UPDATE`;
        const [row] = await statements.select<Pick<Row, "media_id">>(sql, [id, accountId, from]);
        if (!row) return undefined;
        await requireMedia(statements, accountId, facts.mediaId);
        const update = `UPDATE projects SET title = ?, live_title = ?, type = ?, label = ?, video_id = ?, media_id = ?,
          revision = ?, device = ?, saved_at = ? WHERE id = ?`;
        await statements.change(update, [facts.title, ...valuesOf(facts), revision, device, at, id]);
        return row.media_id === facts.mediaId ? [] : releaseMedia(statements, accountId, row.media_id, at);
      });
    },

    async bin({ id, accountId }, at) {
      const sql = `UPDATE projects SET deleted_at = ?, live_title = NULL
        WHERE id = ? AND account_id = ? AND deleted_at IS NULL`;
      return (await change(pool, sql, [at, id, accountId])) === 1;
    },

    async restore({ id, accountId }) {
      const sql = `UPDATE projects SET deleted_at = NULL, live_title = title
        WHERE id = ? AND account_id = ? AND deleted_at IS NOT NULL`;
      return (await change(pool, sql, [id, accountId]).catch(rethrowTaken)) === 1;
    },

    async remove({ id, accountId }, at, only) {
      return transaction(pool, async (statements) => {
        await lockAccount(statements, accountId);
        const condition = only ? "AND deleted_at < ?" : "";
        const values = only ? [id, accountId, only.binnedBefore] : [id, accountId];
        const sql = `SELECT media_id FROM projects WHERE id = ? AND account_id = ? ${condition} FOR UPDATE`;
        const [row] = await statements.select<Pick<Row, "media_id">>(sql, values);
        if (!row) return undefined;
        const ofProject = "SELECT notes_key, notes_bytes FROM project_versions WHERE project_id = ?";
        const versions = await statements.select<VersionRow>(ofProject, [id]);
        await statements.change("DELETE FROM projects WHERE id = ?", [id]);
        await addUsage(statements, accountId, { project_count: -1, notes_bytes: -bytesOf(versions) });
        const released = await releaseMedia(statements, accountId, row.media_id, at);
        return [...versions.map(({ notes_key }) => notes_key), ...released];
      });
    },

    async listBinned(before, limit) {
      const sql = `SELECT id, account_id AS accountId FROM projects WHERE deleted_at < ?
        ORDER BY deleted_at LIMIT ${Number(limit)}`;
      const found = await select<Owned>(pool, sql, [before]);
      return found.map(({ id, accountId }) => ({ id, accountId }));
    },

    async listVersions({ id, accountId }) {
      const sql = `SELECT v.${versionColumns.replaceAll(", ", ", v.")} FROM project_versions v
        JOIN projects p ON p.id = v.project_id WHERE ${mine} ORDER BY v.version DESC`;
      return (await select<VersionRow>(pool, sql, [id, accountId])).map(versionOf);
    },

    async getVersion({ id, accountId }, version) {
      const sql = `SELECT v.${versionColumns.replaceAll(", ", ", v.")} FROM project_versions v
        JOIN projects p ON p.id = v.project_id WHERE ${mine} AND v.version = ?`;
      const [row] = await select<VersionRow>(pool, sql, [id, accountId, version]);
      return row && versionOf(row);
    },

    async removeVersions({ id, accountId }, versions) {
      if (versions.length === 0) return [];
      return transaction(pool, async (statements) => {
        await lockAccount(statements, accountId);
        const marks = versions.map(() => "?").join(", ");
        const sql = `SELECT v.version, v.notes_key, v.notes_bytes FROM project_versions v
          JOIN projects p ON p.id = v.project_id WHERE ${mine} AND v.version < p.version AND v.version IN (${marks})`;
        const found = await statements.select<VersionRow>(sql, [id, accountId, ...versions]);
        if (found.length === 0) return [];
        const foundMarks = found.map(() => "?").join(", ");
        await statements.change(
          `DELETE FROM project_versions WHERE project_id = ? AND version IN (${foundMarks})`,
          [id, ...found.map(({ version }) => version)],
        );
        await addUsage(statements, accountId, { notes_bytes: -bytesOf(found) });
        return found.map(({ notes_key }) => notes_key);
      });
    },

    async removeOfAccount(accountId) {
      const sql = `DELETE FROM projects WHERE account_id = ? LIMIT ${projectsAtOnce}`;
      while ((await change(pool, sql, [accountId])) === projectsAtOnce);
    },
  };
}

/** Stores the current version of a project, and counts it and `newProjects`. Throws `quota_exceeded`. */
async function addVersion(
  statements: Statements,
  { id, accountId }: Owned,
  usage: Usage,
  { notes, saveId }: Save,
  newProjects: 0 | 1,
): Promise<void> {
  if (usage.notes_bytes + notes.bytes > projectQuota.maxNotesBytes) throw full();
  const sql = `INSERT INTO project_versions (project_id, ${versionColumns})
    SELECT id, version, ?, notes_key, notes_sha256, notes_bytes, device, saved_at FROM projects WHERE id = ?`;
  await statements.change(sql, [saveId, id]);
  await addUsage(statements, accountId, { project_count: newProjects, notes_bytes: notes.bytes });
}

function full(): AppError {
  return new AppError("quota_exceeded", "account has no quota for this");
}

async function requireMedia(
  statements: Statements,
  accountId: string,
  mediaId: string | null,
): Promise<void> {
  if (mediaId === null) return;
  const sql = "SELECT id FROM media WHERE id = ? AND account_id = ? AND stored_at IS NOT NULL FOR UPDATE";
  if ((await statements.select(sql, [mediaId, accountId])).length === 0) throw mediaGone();
}

function rethrowTaken(error: unknown): never {
  if (duplicateKey(error) !== "projects_account_title") throw error;
  throw new AppError("title_taken", "a project has this title", { cause: error });
}

/** From `live_title` to `media_id`. */
function valuesOf({ title, type, label, videoId, mediaId }: ProjectFacts) {
  return [title, type, label, videoId, mediaId] as const;
}

function bytesOf(versions: readonly Pick<VersionRow, "notes_bytes">[]): number {
  return versions.reduce((sum, { notes_bytes }) => sum + notes_bytes, 0);
}

function notesOf({ notes_key: key, notes_sha256: sha256, notes_bytes: bytes }: Omit<VersionRow, "save_id">) {
  return { key, sha256, bytes };
}

function versionOf(row: VersionRow): ProjectVersion {
  const { version, save_id: saveId, saved_at: savedAt, device } = row;
  return { version, saveId, savedAt, device, notes: notesOf(row) };
}

function projectOf(row: Row): Project {
  const { id, title, type, label, version, revision, device } = row;
  const media =
    row.media_id === null
      ? null
      : {
          id: row.media_id,
          name: row.media_name,
          contentType: row.media_type,
          bytes: row.media_bytes,
          objectKey: row.media_key,
        };
  return {
    ...{
      id,
      accountId: row.account_id,
      title,
      type,
      label,
      videoId: row.video_id,
      media,
      version,
      revision,
      device,
    },
    notes: notesOf(row),
    createdAt: row.created_at,
    savedAt: row.saved_at,
    deletedAt: row.deleted_at,
  };
}
