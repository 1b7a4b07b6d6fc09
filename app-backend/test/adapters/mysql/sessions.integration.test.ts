import { expect, test } from "@jest/globals";
import type { Pool, RowDataPacket } from "mysql2/promise";
import type { Rotation } from "../../../src/ports/sessions.ts";
import { isBroken } from "../../contract/races.ts";
import { raceOfRotations } from "../../contract/sessions.ts";
import { openMysqlStores } from "./stores.ts";

// The mutant: were each round won by one, the contract's "SESS-05" would prove nothing.
test("SESS-05 SELECT then UPDATE lets several rotations succeed", async () => {
  const stores = await openMysqlStores();
  try {
    const rotate = (step: Rotation) => selectThenUpdate(stores.pool, step);
    const accountId = await stores.raw.addAccount();
    expect(await isBroken(() => raceOfRotations({ ...stores.sessions, rotate }, accountId))).toBe(true);
  } finally {
    await stores.close();
  }
});

async function selectThenUpdate(pool: Pool, { sessionId, from, to }: Rotation): Promise<boolean> {
  const connection = await pool.getConnection();
  try {
    await connection.beginTransaction();
    const select = "SELECT current_hash FROM sessions WHERE id = ?";
    const [rows] = await connection.execute<RowDataPacket[]>(select, [sessionId]);
    const isCurrent = rows[0]?.["current_hash"] === from;
    const update = "UPDATE sessions SET current_hash = ? WHERE id = ?";
    if (isCurrent) await connection.execute(update, [to, sessionId]);
    await connection.commit();
    return isCurrent;
  } finally {
    connection.release();
  }
}
