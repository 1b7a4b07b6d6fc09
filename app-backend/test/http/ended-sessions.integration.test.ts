import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { RowDataPacket } from "mysql2/promise";
import { purge } from "../../src/adapters/mysql/purge.ts";
import { openFactorReset } from "../../src/compose/ec2-jobs.ts";
import { maxSessions, refreshIdleMs } from "../../src/domain/session.ts";
import { after } from "../../src/domain/time.ts";
import { startApp, type TestApp } from "../app.ts";
import { challenge, enrol, memberWithTotp, shownCode } from "../authenticator.ts";
import {
  type Answer,
  bearer,
  goodPassword,
  listSessions,
  mailedCode,
  member,
  newKey,
  postJson,
  refreshBy,
  send,
  sendJson,
  signIn,
  signOut,
} from "../client.ts";

const newPassword = "battery horse correct";
let app: TestApp;
let time = new Date("2026-06-01T12:00:00Z");
const wait = (ms: number) => (time = after(time, ms));

beforeAll(async () => {
  app = await startApp({ clock: () => time, sessionEnds: { recordedBy: () => time } });
});
afterAll(() => app.close());

type Person = Answer & { readonly email: string };

/** What ends sessions of a person with several, and which calls of the code that ends them it reaches. */
interface Way {
  readonly calls: readonly string[];
  /** @default - a person with a password and one session */
  readonly begin?: (app: TestApp) => Promise<Person>;
  readonly end: (app: TestApp, person: Person) => Promise<Answer | void>;
}

const ways: Record<string, Way> = {
  "signing out": {
    calls: ["usecases/identity/sessions.ts signOut sessions.remove"],
    end: (app, { cookie }) => signOut(app, cookie),
  },
  "signing out everywhere": {
    calls: ["usecases/identity/sessions.ts signOut sessions.removeOfAccount"],
    end: (app, { cookie }) => signOut(app, cookie, "?everywhere=true"),
  },
  "ending one of the list": {
    calls: ["usecases/identity/sessions.ts end sessions.remove"],
    async end(app, { body }) {
      const { items } = (await listSessions(app, body.accessToken)).body;
      const other = items.find(({ current }) => !current)!;
      return send(app, "DELETE", `/auth/sessions/${other.id}`, { headers: bearer(body.accessToken) });
    },
  },
  "another password": {
    calls: ["usecases/identity/passwords.ts change sessions.removeOfAccount"],
    end: (app, { body }) =>
      postJson(app, "/auth/password", { current: goodPassword, next: newPassword }, bearer(body.accessToken)),
  },
  "a password that is reset": {
    calls: ["usecases/identity/passwords.ts reset sessions.removeOfAccount"],
    async end(app, { email }) {
      await postJson(app, "/auth/forgot", { email });
      const code = await mailedCode(app, email);
      return postJson(app, "/auth/reset", { email, code, password: newPassword });
    },
  },
  "removing the account": {
    calls: ["usecases/account-removal.ts finish sessions.removeOfAccount"],
    end: (app, { body }) =>
      sendJson(
        app,
        "DELETE",
        "/auth/remove",
        { password: goodPassword },
        { ...bearer(body.accessToken), origin: app.siteOrigin },
      ),
  },
  "a stolen token": {
    calls: ["usecases/identity/sessions.ts endStolen sessions.remove"],
    async end(app, { cookie }) {
      for (let current = cookie, turn = 0; turn < 2; turn += 1) {
        wait(11_000);
        ({ cookie: current } = await refreshBy(app, current, newKey()));
      }
      await refreshBy(app, cookie, newKey());
    },
  },
  "a session that was idle for too long": {
    calls: ["usecases/identity/sessions.ts retry sessions.remove"],
    async end(app, { email, cookie }) {
      await app.pool.query("UPDATE sessions SET idle_ends_at = ? WHERE account_id = ?", [
        time,
        await idOf(app, email),
      ]);
      await refreshBy(app, cookie, newKey());
    },
  },
  "the session that is one too many": {
    calls: ["adapters/mysql/sessions.ts add insertSession"],
    async end(app, { email }) {
      await fillSessions(app, await idOf(app, email));
      return signIn(app, email);
    },
  },
  "the session that is one too many, after a second step": {
    calls: ["adapters/mysql/challenges.ts redeem insertSession"],
    begin: (app) => memberWithTotp(app, time),
    async end(app, person) {
      const { email, secret } = person as Person & { secret: string };
      await fillSessions(app, await idOf(app, email));
      const { token } = await challenge(app, email);
      return postJson(app, "/auth/mfa", { token, code: shownCode(secret, wait(30_000)) });
    },
  },
  "another second factor": {
    calls: ["usecases/identity/factors.ts confirm sessions.removeOfAccount"],
    async end(app, { body }) {
      await enrol(app, body.accessToken, time);
    },
  },
  "an operator who resets the factors": {
    calls: ["usecases/identity/factor-reset.ts factorReset sessions.removeOfAccount"],
    begin: (app) => memberWithTotp(app, time),
    async end(app, { email }) {
      const job = openFactorReset({ ...app.config, logLevel: "silent" }, () => time, undefined, {
        recordedBy: () => time,
      });
      expect(await job.reset(email)).toMatchObject({ factors: ["totp"] });
      await job.close();
    },
  },
};

/** Calls whose statement one of the ways runs too, and which need a race, a phone, a passkey or a provider's token. */
const likewise = [
  "usecases/identity/sessions.ts admit sessions.remove",
  "usecases/identity/sessions.ts answer sessions.remove",
  // Of the login service: its own contract test signs out by it.
  "usecases/identity/sessions.ts signOutBearer sessions.remove",
  "usecases/identity/passwords.ts endIfReplaced sessions.removeOfAccount",
  "usecases/identity/phones.ts confirm sessions.removeOfAccount",
  "usecases/identity/passkeys.ts add sessions.removeOfAccount",
  "usecases/identity/bearer-sessions.ts open sessions.remove",
  // Sessions around those of a store.
  "usecases/identity/bearer-sessions.ts remove sessions.remove",
  "usecases/identity/bearer-sessions.ts removeOfAccount sessions.removeOfAccount",
  "usecases/identity/published-endings.ts remove sessions.remove",
  "usecases/identity/published-endings.ts removeOfAccount sessions.removeOfAccount",
  // The only statements that remove sessions, and the purge, which removes what is over for long.
  "adapters/mysql/sessions.ts end DELETE FROM sessions",
  "adapters/mysql/sessions.ts endSessions DELETE FROM sessions",
  "adapters/mysql/purge.ts purge DELETE FROM ${table}",
];

async function idOf({ pool }: TestApp, email: string): Promise<string> {
  const [[row]] = await pool.query<RowDataPacket[]>("SELECT id FROM accounts WHERE email = ?", [email]);
  return row!["id"];
}

async function idsIn({ pool }: TestApp, sql: string, values: string[] = []): Promise<string[]> {
  const [rows] = await pool.query<RowDataPacket[]>(sql, values);
  return rows.map(({ id }) => id as string);
}

const sessionsOf = (place: TestApp, accountId: string) =>
  idsIn(place, "SELECT id FROM sessions WHERE account_id = ?", [accountId]);
const recordedIn = (place: TestApp) => idsIn(place, "SELECT session_id AS id FROM ended_sessions");

/** Adds copies of a session until no further one may be alive. */
async function fillSessions(place: TestApp, accountId: string): Promise<void> {
  const columns = "account_id, current_hash, created_at, rotated_at, idle_ends_at, ends_at";
  const sql = `INSERT INTO sessions (id, ${columns}) SELECT UUID(), ${columns} FROM sessions WHERE account_id = ? LIMIT 1`;
  while ((await sessionsOf(place, accountId)).length < maxSessions) await place.pool.query(sql, [accountId]);
}

/** Sessions that the way ended, and those of them that were recorded. */
async function endBy(place: TestApp, { begin = member, end }: Way) {
  const person = await begin(place);
  const accountId = await idOf(place, person.email);
  // A second device, whatever opens its session.
  const columns = "account_id, current_hash, created_at, rotated_at, idle_ends_at, ends_at";
  await place.pool.query(
    `INSERT INTO sessions (id, ${columns}) SELECT UUID(), ${columns} FROM sessions WHERE account_id = ?`,
    [accountId],
  );
  const before = new Set(await sessionsOf(place, accountId));
  const recordedBefore = await recordedIn(place);
  const answer = await end(place, person);
  if (answer && answer.status >= 300) throw new Error(`not ended: ${JSON.stringify(answer.body)}`);
  const kept = await sessionsOf(place, accountId);
  // Those that the way itself has filled up with count too.
  const recorded = (await recordedIn(place)).filter((id) => !recordedBefore.includes(id));
  const ended = [...before].filter((id) => !kept.includes(id));
  return { ended, recorded, kept };
}

describe("SVC-08", () => {
  test.each(Object.entries(ways))(
    "%s records each session that it ends, and no other",
    async (_name, way) => {
      wait(60_000);
      const { ended, recorded, kept } = await endBy(app, way);
      expect(recorded.length).toBeGreaterThan(0);
      expect(recorded).toEqual(expect.arrayContaining(ended));
      expect(recorded.filter((id) => kept.includes(id))).toEqual([]);
      const sql = "SELECT DISTINCT ended_at AS at FROM ended_sessions WHERE session_id IN (?)";
      const [rows] = await app.pool.query<RowDataPacket[]>(sql, [recorded]);
      expect(rows.map(({ at }) => at)).toEqual([time]);
    },
  );

  test("a store that records nothing is noticed by each of them", async () => {
    const forgetful = await startApp({ clock: () => time });
    try {
      const { ended, recorded } = await endBy(forgetful, ways["signing out"]!);
      expect([ended.length, recorded.length]).toEqual([1, 0]);
    } finally {
      await forgetful.close();
    }
  });

  test("every call that ends sessions is one of those ways, or like one", () => {
    const known = [...Object.values(ways).flatMap(({ calls }) => calls), ...likewise];
    expect(callsThatEnd().toSorted()).toEqual(known.toSorted());
  });

  test("what expired is removed by the purge without a record", async () => {
    const { email } = await member(app);
    const accountId = await idOf(app, email);
    const before = await recordedIn(app);
    await purge(app.pool, after(time, refreshIdleMs));
    expect(await sessionsOf(app, accountId)).toEqual([]);
    expect(await recordedIn(app)).toEqual(before);
  });
});

/** Each call in the code that ends sessions of MySQL: file, function and what it calls. */
function callsThatEnd(): string[] {
  const source = join(import.meta.dirname, "../../src");
  const call =
    /\b(?:sessions\.(?:remove|removeOfAccount)(?=\()|insertSession(?=\()|DELETE FROM (?:sessions\b|\$\{table\}))/;
  const named =
    /^(?:export )?(?:async )?function (\w+)|^ {2}(?:async )?function (\w+)|^ {4}(?:async )?(\w+)\(.*\{$/;
  const found = ["usecases", "adapters/mysql"].flatMap((folder) =>
    readdirSync(join(source, folder), { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".ts"))
      .flatMap((file) => {
        let owner = "";
        return readFileSync(join(source, folder, file), "utf8")
          .split("\n")
          .flatMap((line) => {
            const [, top, inner, method] = named.exec(line) ?? [];
            owner = top ?? inner ?? method ?? owner;
            const [text] = /^(?:export )?(?:async )?function|^\s*(?:\*|\/\/)/.test(line)
              ? []
              : (call.exec(line) ?? []);
            return text === undefined ? [] : [`${folder}/${file} ${owner} ${text}`];
          });
      }),
  );
  return [...new Set(found)].filter(
    (text) => !/(factors|backup\/.*)\.ts \w+ DELETE FROM \$\{table\}/.test(text),
  );
}
