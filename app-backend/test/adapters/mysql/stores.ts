import type { Pool, RowDataPacket } from "mysql2/promise";
import { mysqlAccounts } from "../../../src/adapters/mysql/accounts.ts";
import { mysqlOneTimeCodes } from "../../../src/adapters/mysql/one-time-codes.ts";
import { mysqlImages } from "../../../src/adapters/mysql/images.ts";
import { mysqlLimits } from "../../../src/adapters/mysql/limits.ts";
import { mysqlObjectRecords } from "../../../src/adapters/mysql/object-records.ts";
import { mysqlSessions } from "../../../src/adapters/mysql/sessions.ts";
import type { Stores } from "../../contract/stores.ts";
import { createDatabase } from "../../store.ts";

/** The stores on a separate database. */
export async function openMysqlStores(): Promise<Stores & { readonly pool: Pool }> {
  const { pool, drop } = await createDatabase();

  async function dump(): Promise<string> {
    const [tables] = await pool.query<RowDataPacket[]>("SHOW TABLES");
    const names = tables.map((row) => Object.values(row)[0]);
    const rows = await Promise.all(names.map((name) => pool.query(`SELECT * FROM ${name}`)));
    return JSON.stringify(rows.map(([found]) => found));
  }

  return {
    pool,
    accounts: mysqlAccounts(pool),
    sessions: mysqlSessions(pool),
    codes: mysqlOneTimeCodes(pool),
    limits: mysqlLimits(pool),
    images: mysqlImages(pool),
    records: mysqlObjectRecords(pool),
    dump,
    close: drop,
  };
}
