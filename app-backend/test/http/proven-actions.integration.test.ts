import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, jest, test } from "@jest/globals";
import { mysqlPasskeys } from "../../src/adapters/mysql/passkeys.ts";
import { mysqlProviderIdentities } from "../../src/adapters/mysql/provider-identities.ts";
import type { Proof } from "../../src/domain/factor.ts";
import { type AccountKind, type ProvenAction, sufficientProofs, suffices } from "../../src/domain/proofs.ts";
import { operations } from "../../src/http/contract/operations.ts";
import { startApp, type TestApp } from "../app.ts";
import { enrol } from "../authenticator.ts";
import { bearer, member, send } from "../client.ts";
import { reference, someIdentity, somePasskey } from "../contract/fixtures.ts";
import { startSns } from "../test-sns.ts";
import { provenActions, withoutProof } from "./proven-actions.ts";

type Name = keyof typeof provenActions;

const time = new Date("2026-06-01T12:00:00Z");
const all: readonly Proof[] = ["password", "totp", "recovery", "passkey", "key", "sms", "provider"];
/** None, each alone and each pair: no row of the table has more. */
const held: readonly (readonly Proof[])[] = [
  [],
  ...all.flatMap((proof, index) => [[proof], ...all.slice(index + 1).map((other) => [proof, other])]),
];
/** One operation for each row of the table. Allowed, each is refused for another reason, or changes no proof. */
const oneOfEach = [
  ...(["enrolTotp", "removePasskey", "replaceRecoveryCodes", "changePassword"] as const),
  ...(["linkIdentity", "removeIdentity", "remove"] as const),
];
const bodies: Partial<Record<Name, object>> = {
  enrolPhone: { number: "+4917612345678" },
  beginPasskey: { asked: false },
  changePassword: { next: "short" },
  remove: { password: "a wrong password" },
};
/** What a request carries counts as proven, for this row alone. */
const carried: Partial<Record<Name, readonly Proof[]>> = { remove: ["password"] };

let app: TestApp;
let sns: Awaited<ReturnType<typeof startSns>>;

jest.setTimeout(240_000);

beforeAll(async () => {
  sns = await startSns();
  const texts = { SMS_MONTHLY_USD: "20", SMS_COUNTRIES: "+49", AWS_ENDPOINT_URL_SNS: sns.endpoint };
  app = await startApp({ clock: () => time, environment: texts });
});
afterAll(async () => {
  await app.close();
  sns.close();
});

interface Made {
  readonly id: string;
  readonly accessToken: string;
}

async function account(withTotp = false): Promise<Made> {
  const { accessToken, account } = (await member(app)).body;
  if (withTotp) await enrol(app, accessToken, time);
  return { id: account.id, accessToken };
}

const set = (sql: string, { id }: Made) => app.pool.query(sql, [id]);
const seen = (made: Made) => set("UPDATE recovery_codes SET seen = TRUE WHERE account_id = ?", made);

async function withoutPassword(made: Made): Promise<Made> {
  await set("UPDATE accounts SET password_hash = '' WHERE id = ?", made);
  return made;
}

const accounts: Record<string, { kind: AccountKind; make: () => Promise<Made> }> = {
  "with a password": { kind: "password", make: () => account() },
  "with a password and an app": { kind: "passwordAndFactor", make: () => account(true) },
  "with a passkey only": {
    kind: "passwordless",
    async make() {
      const made = await withoutPassword(await account());
      const event = { at: time, what: "passkey_added", device: "curl" } as const;
      await mysqlPasskeys(app.pool).add(somePasskey(made.id), [reference(), reference()], event);
      return made;
    },
  },
  "with a provider only": {
    kind: "passwordless",
    async make() {
      const made = await withoutPassword(await account());
      await mysqlProviderIdentities(app.pool).add(someIdentity(made.id));
      return made;
    },
  },
  "with a provider and an app": {
    kind: "passwordlessAndFactor",
    async make() {
      const made = await withoutPassword(await account(true));
      await mysqlProviderIdentities(app.pool).add(someIdentity(made.id));
      return made;
    },
  },
};

/** Whether the operation is carried out, as far as proofs matter, in a session that has proven these. */
async function isAllowed(name: Name, made: Made, proofs: readonly Proof[]): Promise<boolean> {
  await app.pool.query("UPDATE sessions SET proofs = ?, proved_at = ? WHERE account_id = ?", [
    proofs.join(","),
    time,
    made.id,
  ]);
  const { method, path } = operations[name];
  const body = bodies[name];
  const headers = {
    ...bearer(made.accessToken),
    origin: app.siteOrigin,
    ...(body && { "content-type": "application/json" }),
  };
  const init = { headers, ...(body && { body: JSON.stringify(body) }) };
  const answer = await send(app, method.toUpperCase(), path.replace(":id", randomUUID()), init);
  if (answer.status === 401) throw new Error(`${name}: the session is gone`);
  return answer.body.code !== "step_up_required";
}

/** The sets of proofs by which the operation is carried out otherwise than the table has it. */
async function deviations(name: Name, row: ProvenAction, kind: AccountKind, made: Made, isSeen = true) {
  const found: string[] = [];
  for (const proofs of held) {
    if (isSeen) await seen(made);
    else await set("UPDATE recovery_codes SET seen = FALSE WHERE account_id = ?", made);
    const expected = suffices(sufficientProofs[row][kind], [...proofs, ...(carried[name] ?? [])]);
    if ((await isAllowed(name, made, proofs)) !== expected) found.push(`${name} by ${proofs.join("+")}`);
  }
  return found;
}

describe("the table of account, proof and action", () => {
  test("MFA-11 every change of one's own account has its row, or a reason to have none", () => {
    const ofAccount = Object.entries(operations).filter(
      ([, each]) => "proof" in each && each.proof === "bearer" && each.method !== "get",
    );
    const names = ofAccount.filter(([, { path }]) => /^\/(auth|account)\b/.test(path)).map(([name]) => name);
    const rows = [...Object.keys(provenActions), ...Object.keys(withoutProof)];
    expect(rows.toSorted()).toEqual(names.toSorted());
    const asking = Object.entries(operations).filter(([, { refusals = [] }]) =>
      (refusals as readonly string[]).includes("step_up_required"),
    );
    expect(asking.map(([name]) => name).toSorted()).toEqual(Object.keys(provenActions).toSorted());
    // The address cannot be changed yet, and unseen codes are a state of an account.
    const used = new Set<string>([...Object.values(provenActions), "changeEmail", "newUnseenRecoveryCodes"]);
    expect([...used].toSorted()).toEqual(Object.keys(sufficientProofs).toSorted());
  });

  test.each(Object.keys(accounts))("MFA-11 holds for an account %s, whatever was proven", async (which) => {
    const { kind, make } = accounts[which]!;
    const made = await make();
    const found: string[] = [];
    for (const name of oneOfEach) found.push(...(await deviations(name, provenActions[name], kind, made)));
    expect(found).toEqual([]);
  });

  test.each(["with a password and an app", "with a provider and an app"])(
    "MFA-11 holds for recovery codes that were not seen, of an account %s",
    async (which) => {
      const { kind, make } = accounts[which]!;
      const name = "replaceRecoveryCodes";
      expect(await deviations(name, "newUnseenRecoveryCodes", kind, await make(), false)).toEqual([]);
    },
  );

  test("MFA-11 every operation asks, and is carried out by what its row demands", async () => {
    for (const name of Object.keys(provenActions) as Name[]) {
      const made = await account(true);
      await seen(made);
      expect([name, await isAllowed(name, made, ["totp"])]).toEqual([name, name === "remove"]);
      expect([name, await isAllowed(name, made, ["password", "totp"])]).toEqual([name, true]);
    }
  });
});
