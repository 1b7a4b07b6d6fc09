import type { Pool } from "mysql2/promise";
import { recordIdIn } from "../../domain/object-key.ts";
import type { ObjectRecords } from "../../ports/object-records.ts";
import { select } from "./pool.ts";

/** More than the kept versions of a project, which share its id. */
const pageRows = 500;

interface Row {
  readonly id: string;
  readonly first_key: string;
  readonly second_key: string | null;
}

/** Where keys are: the column of the record's id, one or two keys, and a condition. */
const tables = {
  images: ["id", "object_key", "thumbnail_key", "published_at IS NOT NULL"],
  media: ["id", "object_key", "NULL", "stored_at IS NOT NULL"],
  project_versions: ["project_id", "notes_key", "NULL", "TRUE"],
  accounts: ["id", "picture_key", "NULL", "picture_key <> ''"],
} as const;

/** Of all tables with object keys, or of those listed in `among`. */
export function mysqlObjectRecords(pool: Pool, among?: readonly string[]): ObjectRecords {
  const sources = Object.entries(tables)
    .filter(([table]) => among?.includes(table) ?? true)
    .map(([table, [id, first, second, condition]]) => ({
      id,
      sql: `SELECT ${id} AS id, ${first} AS first_key, ${second} AS second_key FROM ${table} WHERE ${condition}`,
    }));
  return {
    async *pages() {
      for (const { id, sql } of sources) {
        let after = "";
        for (;;) {
          const page = `${sql} AND ${id} > ? ORDER BY ${id} LIMIT ${pageRows}`;
          const rows = await select<Row>(pool, page, [after]);
          const last = rows.at(-1)?.id;
          // The last record of a full page may have more rows.
          const whole = rows.length < pageRows ? rows : rows.filter((row) => row.id !== last);
          if (whole.length === 0) break;
          yield whole.flatMap(keysOf);
          after = whole.at(-1)!.id;
        }
      }
    },

    async known(keys) {
      const ids = [...new Set(keys.map(recordIdIn))];
      if (ids.length === 0) return new Set();
      const marks = ids.map(() => "?").join(", ");
      const found = await Promise.all(
        sources.map(({ id, sql }) => select<Row>(pool, `${sql} AND ${id} IN (${marks})`, ids)),
      );
      return new Set(found.flat().flatMap(keysOf));
    },
  };
}

function keysOf({ first_key, second_key }: Row): string[] {
  return second_key === null ? [first_key] : [first_key, second_key];
}
