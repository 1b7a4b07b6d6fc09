import type { Pool } from "mysql2/promise";
import type { ObjectRecords } from "../../ports/object-records.ts";
import { select } from "./pool.ts";

const pageRows = 500;

interface Row {
  readonly id: string;
  readonly first_key: string;
  readonly second_key: string | null;
}

const tables = {
  images:
    "SELECT id, object_key AS first_key, thumbnail_key AS second_key FROM images WHERE published_at IS NOT NULL",
  accounts: "SELECT id, picture_key AS first_key, NULL AS second_key FROM accounts WHERE picture_key <> ''",
} as const;

/** Of all tables with object keys, or of those listed in `among`. */
export function mysqlObjectRecords(pool: Pool, among?: readonly string[]): ObjectRecords {
  const sources = Object.entries(tables)
    .filter(([table]) => among?.includes(table) ?? true)
    .map(([, sql]) => sql);
  return {
    async *pages() {
      for (const sql of sources) {
        let after = "";
        for (;;) {
          const rows = await select<Row>(pool, `${sql} AND id > ? ORDER BY id LIMIT ${pageRows}`, [after]);
          if (rows.length === 0) break;
          yield rows.flatMap(keysOf);
          after = rows.at(-1)!.id;
        }
      }
    },

    async known(keys) {
      // A key names the record it belongs to: images/ID/... or pictures/ID/...
      const ids = [...new Set(keys.map((key) => key.split("/")[1] ?? ""))];
      if (ids.length === 0) return new Set();
      const marks = ids.map(() => "?").join(", ");
      const found = await Promise.all(
        sources.map((sql) => select<Row>(pool, `${sql} AND id IN (${marks})`, ids)),
      );
      return new Set(found.flat().flatMap(keysOf));
    },
  };
}

function keysOf({ first_key, second_key }: Row): string[] {
  return second_key === null ? [first_key] : [first_key, second_key];
}
