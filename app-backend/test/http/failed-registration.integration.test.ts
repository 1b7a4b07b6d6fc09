import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "@jest/globals";
import type { RowDataPacket } from "mysql2/promise";
import { openIntegrity } from "../../src/compose/ec2-jobs.ts";
import { startApp, type TestApp } from "../app.ts";
import type { DatabaseConfig } from "../../src/adapters/mysql/pool.ts";
import { newEmail, register, signIn } from "../client.ts";
import { signInBy } from "../sign-in-by-provider.ts";
import { clientId, clientSecret, startProvider } from "../test-provider.ts";
import { tcpProxy } from "../tcp-proxy.ts";

test("AUTH-06 the database dies between picture and record: no half account, and the retry succeeds", async () => {
  const proxy = await tcpProxy(Number(process.env["MYSQL_PORT"]));
  let ids = Number.NaN; // counted from the start of the registration
  const newId = () => {
    // Request, upload, account, picture: the fourth id of a registration is made before the password is hashed and the picture written.
    if ((ids += 1) === 4) proxy.pause();
    return randomUUID();
  };
  const app = await startApp({ newId, route: (database) => ({ ...database, port: proxy.port }) });
  try {
    const email = newEmail();
    ids = 0;
    expect((await register(app, { email })).status).toBe(503);
    ids = Number.NaN;
    proxy.resume();
    const [rows] = await app.pool.query<RowDataPacket[]>("SELECT id FROM accounts");
    expect(rows).toEqual([]);
    let status = 503;
    while (status === 503) ({ status } = await register(app, { email }));
    expect(status).toBe(201);
    expect((await signIn(app, email)).status).toBe(200);
    const { orphaned, missing, left } = await repaired(app);
    expect({ missing, left }).toEqual({ missing: [], left: [] });
    expect(orphaned.length).toBeLessThanOrEqual(1); // the first picture, which the check removes
    expect(await app.bucket.keys()).toHaveLength(1);
  } finally {
    proxy.resume();
    await app.close();
    proxy.close();
  }
});

test("IDP-10 the database dies between picture and record of a first sign-in at a provider: the next one makes the account", async () => {
  const [proxy, provider] = await Promise.all([tcpProxy(Number(process.env["MYSQL_PORT"])), startProvider()]);
  let ids = Number.NaN; // counted from the return of the browser
  const newId = () => {
    // Request, account, upload, picture, identity: the fifth id is made before the record is written.
    if ((ids += 1) === 5) proxy.pause();
    return randomUUID();
  };
  const PROVIDERS = `test,${provider.issuer},${clientId}`;
  const environment = { PROVIDERS, PROVIDER_SECRET_TEST: clientSecret };
  const route = (database: DatabaseConfig) => ({ ...database, port: proxy.port });
  const app = await startApp({ newId, environment, route });
  try {
    const person = { sub: randomUUID(), email: newEmail(), email_verified: true };
    ids = -1; // the departure is a request too
    expect((await signInBy(app, provider, person)).location).toBe("/signin?failed=unavailable");
    expect(ids).toBeGreaterThanOrEqual(5);
    ids = Number.NaN;
    proxy.resume();
    let location = "";
    for (let tries = 0; tries < 10 && location !== "/?signed-in"; tries += 1)
      ({ location } = await signInBy(app, provider, person));
    expect(location).toBe("/?signed-in");
    const [rows] = await app.pool.query<RowDataPacket[]>("SELECT id FROM accounts");
    expect(rows).toHaveLength(1);
  } finally {
    proxy.resume();
    await app.close();
    proxy.close();
    provider.close();
  }
});

test("AUTH-06 a record that is written after the request timed out has its picture", async () => {
  const app = await startApp();
  try {
    const email = newEmail();
    // The database still runs the statement, although no client waits for it.
    await app.pool.query(
      "CREATE TRIGGER stall AFTER INSERT ON accounts FOR EACH ROW SET @slept = SLEEP(2.5)",
    );
    expect((await register(app, { email })).status).toBe(503);
    for (let tries = 0; (await signIn(app, email)).status !== 200; tries += 1) {
      expect(tries).toBeLessThan(50);
      await sleep(200);
    }
    expect(await repaired(app)).toMatchObject({ missing: [], orphaned: [], left: [] });
    expect(await app.bucket.keys()).toHaveLength(1);
  } finally {
    await app.close();
  }
});

test("AUTH-06 the picture of a record that timed out and was never written is removed by the integrity check", async () => {
  const app = await startApp();
  try {
    const stalled = "SET @slept = SLEEP(2.5); SIGNAL SQLSTATE '45000';";
    await app.pool.query(`CREATE TRIGGER stall AFTER INSERT ON accounts FOR EACH ROW BEGIN ${stalled} END`);
    expect((await register(app)).status).toBe(503);
    await sleep(1_500); // the database times out, too
    expect(await app.bucket.keys()).toHaveLength(1);
    expect(await repaired(app)).toMatchObject({ missing: [], orphaned: [expect.anything()], left: [] });
    expect(await app.bucket.keys()).toEqual([]);
  } finally {
    await app.close();
  }
});

/** What the integrity check finds two hours later, and repairs. */
async function repaired(app: TestApp) {
  const { inspect, close } = openIntegrity(app.config, () => new Date(Date.now() + 2 * 3_600_000));
  const report = await inspect(true);
  await close();
  return report;
}
