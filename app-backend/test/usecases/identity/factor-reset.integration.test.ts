import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { Writable } from "node:stream";
import { afterAll, beforeAll, expect, jest, test } from "@jest/globals";
import { openFactorReset } from "../../../src/compose/ec2-jobs.ts";
import { rawMysql } from "../../adapters/mysql/stores.ts";
import { startApp, type TestApp } from "../../app.ts";
import { challenge, enrol, memberWithTotp } from "../../authenticator.ts";
import { bearer, getAccount, postJson, register, send, signIn } from "../../client.ts";
import { runFactorReset } from "../../process.ts";

interface Mailed {
  readonly Destination: { readonly ToAddresses: readonly string[] };
  readonly Content: { readonly Simple: { readonly Body: { readonly Text: { readonly Data: string } } } };
}

/** What SES was asked to send, and whether it refuses. */
const mailed: Mailed[] = [];
let isMailDown = false;
const unanswered: (() => void)[] = [];
const ses = createServer((request, response) => {
  void buffer(request).then((body) => {
    if (isMailDown) return void unanswered.push(() => response.writeHead(400).end("{}"));
    mailed.push(JSON.parse(String(body)) as Mailed);
    response.end('{"MessageId":"1"}');
  });
});

const now = new Date();
const logLines: string[] = [];
const logTo = new Writable({
  write(chunk, _encoding, done) {
    logLines.push(String(chunk));
    done();
  },
});
let app: TestApp;
let operator: ReturnType<typeof openFactorReset>;

jest.setTimeout(240_000);

beforeAll(async () => {
  ses.listen(0, "127.0.0.1");
  await once(ses, "listening");
  process.env["AWS_ACCESS_KEY_ID"] ??= "test";
  process.env["AWS_SECRET_ACCESS_KEY"] ??= "test";
  const endpoint = `http://127.0.0.1:${(ses.address() as AddressInfo).port}`;
  const environment = { MAIL_FROM: "site@example.org", AWS_ENDPOINT_URL_SESV2: endpoint };
  app = await startApp({ clock: () => now, environment });
  operator = openFactorReset(app.config, () => now, logTo);
});
afterAll(async () => {
  await operator.close();
  await app.close();
  ses.close();
});

const eventsOf = async (accessToken: string) =>
  (
    (await send(app, "GET", "/account/factors", { headers: bearer(accessToken) })).body as unknown as {
      events: { what: string; device: string }[];
    }
  ).events;
const textsTo = (email: string) =>
  mailed
    .filter(({ Destination }) => Destination.ToAddresses.includes(email))
    .map(({ Content }) => Content.Simple.Body.Text.Data);

test("MFA-23 a reset removes factors, codes, challenges and sessions of one account, and keeps its password", async () => {
  const bystander = await memberWithTotp(app, now);
  const email = "Lost.Phone@bücher.example";
  await register(app, { email });
  const person = await signIn(app, email);
  const accountId = person.body.account.id;
  await enrol(app, person.body.accessToken, now);
  const { token } = await challenge(app, email);
  const raw = rawMysql(app.pool);
  const before = await raw.count(bystander.body.account.id);

  const folder = mkdtempSync(join(tmpdir(), "tintype-reset-"));
  writeFileSync(join(folder, "account"), "'; --");
  expect(await runFactorReset(app, join(folder, "account"))).toEqual({ "reset-factor": null });
  rmSync(folder, { recursive: true });
  for (const unknown of ["", "%", "lost.phone@example.org", `${email}'; --`, accountId])
    expect(await operator.reset(unknown)).toBeUndefined();
  expect((await getAccount(app, person.body.accessToken)).status).toBe(200);

  const removed = {
    ...{ accountId, factors: ["totp"], recoveryCodes: 10, passkeys: 0, keptPasskeys: 0 },
    ...{ challenges: 1, sessions: 1, stepUps: 1 },
  };
  expect(await operator.reset("LOST.phone@xn--bcher-kva.EXAMPLE ")).toEqual({ ...removed, mail: "sent" });
  expect((await getAccount(app, person.body.accessToken)).status).toBe(401);
  expect((await postJson(app, "/auth/mfa", { token, code: "000000" })).body.code).toBe("challenge_over");
  const back = await signIn(app, email);
  expect(await eventsOf(back.body.accessToken)).toMatchObject([
    { what: "factors_reset", device: "Operator" },
    { what: "totp_added" },
  ]);
  expect(logLines.filter((line) => line.includes("factors_reset"))).toHaveLength(1);
  const again = { factors: [], recoveryCodes: 0, challenges: 0, sessions: 1, mail: "none" };
  expect(await operator.reset(email)).toEqual({ ...removed, ...again });
  expect(await raw.count(bystander.body.account.id)).toBe(before);
  expect((await challenge(app, bystander.email)).factors).toEqual(["totp", "recovery"]);
});

test("MFA-24 a change is done and seen while mail is down; its notice follows, without a link or a secret", async () => {
  isMailDown = true;
  const { email, secret, recoveryCodes, body } = await memberWithTotp(app, now);
  const { token } = await challenge(app, email);
  await postJson(app, "/auth/mfa", { token, recoveryCode: recoveryCodes[0] });
  await send(app, "DELETE", "/account/factors/totp", { headers: bearer(body.accessToken) });
  expect((await eventsOf(body.accessToken)).map(({ what }) => what).toSorted()).toEqual([
    "recovery_code_used",
    "totp_added",
    "totp_removed",
  ]);
  expect(textsTo(email)).toEqual([]); // the answers did not wait for it
  while (unanswered.length < 4) await sleep(10);
  isMailDown = false;
  for (const refuse of unanswered.splice(0)) refuse();
  await app.settle();
  const texts = textsTo(email).filter((text) => /authenticator|recovery/.test(text));
  expect(texts).toHaveLength(3);
  for (const text of texts)
    for (const once of ["://", "www.", secret, ...recoveryCodes]) expect(text).not.toContain(once);
});

test("MFA-24 a reset whose mail fails is done, and says so", async () => {
  const { email } = await memberWithTotp(app, now);
  await app.settle();
  isMailDown = true;
  const done = operator.reset(email);
  while (unanswered.length === 0) await sleep(10);
  unanswered.pop()!();
  expect(await done).toMatchObject({ factors: ["totp"], mail: "failed" });
  isMailDown = false;
  expect((await signIn(app, email)).body.accessToken).toBeDefined();
});
