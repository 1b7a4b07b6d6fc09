import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { createConnection, type Connection, type RowDataPacket } from "mysql2/promise";
import { change, driverOptions, type DatabaseConfig } from "../../../src/adapters/mysql/pool.ts";
import { startApp, type TestApp } from "../../app.ts";
import { newEmail, send, signIn } from "../../client.ts";

/** A separate database user of the application, which root can restrict. */
const user = `u${randomBytes(6).toString("hex")}`;
const at = `'${user}'@'%'`;

let app: TestApp;
let root: Connection;
let database: DatabaseConfig;

beforeAll(async () => {
  app = await startApp({ route });
  await heal();
});
afterAll(async () => {
  await app.close();
  await root.query(`DROP USER IF EXISTS ${at}`);
  await root.end();
});

function route(config: DatabaseConfig): DatabaseConfig {
  database = config;
  return { ...config, user, password: "first" };
}

/** Restores normal settings, and ends all connections of the application. */
async function heal(): Promise<void> {
  root ??= await createConnection({ ...driverOptions(database), multipleStatements: true });
  await root.query("SET GLOBAL max_statement_time = 0").catch(() => undefined); // only in MariaDB
  await root.query(`DROP USER IF EXISTS ${at}; CREATE USER ${at} IDENTIFIED BY 'first'`);
  await root.query(`GRANT SELECT, INSERT, UPDATE, DELETE ON ${database.database}.* TO ${at}`);
  await cutOff();
}

async function connections(): Promise<number[]> {
  const sql = "SELECT ID AS id FROM information_schema.PROCESSLIST WHERE USER = ?";
  const [rows] = await root.query<RowDataPacket[]>(sql, [user]);
  return rows.map(({ id }) => Number(id));
}

async function cutOff(): Promise<void> {
  for (const id of await connections()) await root.query(`KILL ${id}`).catch(() => undefined);
}

const ready = () => send(app, "GET", "/ready");
const bugs = () => app.logLines.filter((line) => JSON.parse(line).msg === "bug");

const faults: Record<string, () => Promise<unknown>> = {
  "its password was changed (1045)": async () => {
    await root.query(`ALTER USER ${at} IDENTIFIED BY 'second'`);
    await cutOff();
  },
  "its account is locked (3118, 4151)": async () => {
    await root.query(`ALTER USER ${at} ACCOUNT LOCK`);
    await cutOff();
  },
  "the user is gone (1045)": async () => {
    await root.query(`DROP USER ${at}`);
    await cutOff();
  },
  "its rights were taken (1044, 1142)": async () => {
    await root.query(`REVOKE ALL ON ${database.database}.* FROM ${at}`);
    await cutOff();
  },
  "it may read alone (1142)": async () => {
    await root.query(`REVOKE INSERT, UPDATE, DELETE ON ${database.database}.* FROM ${at}`);
    await cutOff();
  },
  "TLS is demanded (1045)": async () => {
    await root.query(`ALTER USER ${at} REQUIRE X509`);
    await cutOff();
  },
};

describe("USE-26 with a database that is running but unavailable to us", () => {
  test.each(Object.entries(faults))(
    "%s: 503, /ready reports it, no bug; then it recovers",
    async (_what, hurt) => {
      await heal();
      expect((await ready()).status).toBe(200);
      await hurt();
      const answers = [await signIn(app, newEmail()), await ready()];
      for (const answer of answers) {
        expect([answer.status, answer.body.code, answer.headers.get("retry-after")]).toEqual([
          503,
          "unavailable",
          "5",
        ]);
      }
      expect(answers[1]!.body.errors).toEqual([{ field: "database", message: "does not answer" }]);
      expect(bugs()).toEqual([]);
      await heal();
      expect((await ready()).status).toBe(200);
      expect((await signIn(app, newEmail())).status).toBe(401);
    },
  );

  test("its connections are all taken (1203, 1226): requests wait or get 503", async () => {
    await heal();
    await root.query(`ALTER USER ${at} WITH MAX_USER_CONNECTIONS 1`);
    const taken = await createConnection({ ...driverOptions(database), user, password: "first" });
    const answers = await Promise.all(Array.from({ length: 5 }, () => signIn(app, newEmail())));
    expect(answers.map(({ status }) => status)).toEqual(Array(5).fill(503));
    await taken.end();
    expect(bugs()).toEqual([]);
    expect((await signIn(app, newEmail())).status).toBe(401);
  });

  test("connections are killed under it (1927, lost): the next request has another", async () => {
    await heal();
    for (let round = 0; round < 5; round += 1) {
      const under = [1, 2, 3, 4].map(() => signIn(app, newEmail()));
      await cutOff();
      for (const { status } of await Promise.all(under)) expect([401, 503]).toContain(status);
    }
    expect(bugs()).toEqual([]);
    const after = await Promise.all([1, 2, 3].map(() => ready()));
    expect(after.map(({ status }) => status)).toContain(200);
  });

  test("a connection is killed under its statement (1927, 1317): unavailable, and the connection is not used again", async () => {
    await heal();
    const sql = "DO SLEEP(1)";
    const killed = expect(change(app.pool, sql, [])).rejects.toMatchObject({ code: "unavailable" });
    const findId = "SELECT ID AS id FROM information_schema.PROCESSLIST WHERE INFO = ?";
    for (;;) {
      const [[row]] = await root.query<RowDataPacket[]>(findId, [sql]);
      if (row === undefined) continue;
      await root.query(`KILL ${row["id"]}`);
      break;
    }
    await killed;
    expect(await change(app.pool, "DELETE FROM limits WHERE id = ''", [])).toBe(0);
  });
});
