import { randomUUID } from "node:crypto";
import { expect, test } from "@jest/globals";
import type { RowDataPacket } from "mysql2/promise";
import { openIntegrity } from "../../src/compose/jobs.ts";
import { startApp } from "../app.ts";
import { newEmail, register, signIn } from "../client.ts";
import { tcpGate } from "../tcp-gate.ts";

test("AUTH-06 the database dies between picture and record: no half account, and the retry succeeds", async () => {
  const gate = await tcpGate(Number(process.env["MYSQL_PORT"]));
  let ids = Number.NaN; // counted from when the registration begins
  const newId = () => {
    // Request, upload, account, picture: the fourth id of a registration is made before the password is hashed and the picture written.
    if ((ids += 1) === 4) gate.shut();
    return randomUUID();
  };
  const app = await startApp({ newId, route: (database) => ({ ...database, port: gate.port }) });
  try {
    const email = newEmail();
    ids = 0;
    expect((await register(app, { email })).status).toBe(503);
    ids = Number.NaN;
    gate.reopen();
    const [rows] = await app.pool.query<RowDataPacket[]>("SELECT id FROM accounts");
    expect(rows).toEqual([]);
    let status = 503;
    while (status === 503) ({ status } = await register(app, { email }));
    expect(status).toBe(201);
    expect((await signIn(app, email)).status).toBe(200);
    const later = openIntegrity(app.config, () => new Date(Date.now() + 2 * 3_600_000));
    const { orphaned, missing, left } = await later.inspect(true);
    await later.close();
    expect({ missing, left }).toEqual({ missing: [], left: [] });
    expect(orphaned.length).toBeLessThanOrEqual(1); // the first picture, which the check takes away
    expect(await app.bucket.keys()).toHaveLength(1);
  } finally {
    gate.reopen();
    await app.close();
    gate.close();
  }
});
