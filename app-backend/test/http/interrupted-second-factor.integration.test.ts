import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { after } from "../../src/domain/time.ts";
import { startApp, type TestApp } from "../app.ts";
import { challenge, memberWithTotp, shownCode } from "../authenticator.ts";
import { bearer, getAccount, postJson, send } from "../client.ts";
import { tcpProxy } from "../tcp-proxy.ts";

let app: TestApp;
let proxy: Awaited<ReturnType<typeof tcpProxy>>;
let time = new Date("2026-06-01T12:00:00Z");
/** The connection is cut before a statement with this text arrives. */
let cutBefore: string | undefined;

beforeAll(async () => {
  proxy = await tcpProxy(Number(process.env["MYSQL_PORT"]), (sent) => {
    if (cutBefore !== undefined && sent.includes(cutBefore)) proxy.redirect();
  });
  app = await startApp({
    clock: () => time,
    route: (database) => ({ ...database, port: proxy.port }),
  });
});
afterAll(async () => {
  proxy.close();
  await app.close();
});

async function interrupted<Result>(statement: string, work: () => Promise<Result>): Promise<Result> {
  // Connections that have prepared a statement do not send its text again.
  proxy.redirect();
  cutBefore = statement;
  try {
    return await work();
  } finally {
    cutBefore = undefined;
  }
}

function nextCode(secret: string): string {
  time = after(time, 30_000);
  return shownCode(secret, time);
}

test.each(["UPDATE totp_secrets", "DELETE FROM challenges", "INSERT INTO sessions", "COMMIT"])(
  "MFA-15 a second step that is cut before %s is no wrong code, and its code is still good",
  async (statement) => {
    const { email, secret } = await memberWithTotp(app, time);
    const { token } = await challenge(app, email);
    const code = nextCode(secret);
    const cut = await interrupted(statement, () => postJson(app, "/auth/mfa", { token, code }));
    expect(cut).toMatchObject({ status: 503, cookie: "", body: { code: "unavailable" } });
    const done = await postJson(app, "/auth/mfa", { token, code });
    expect(done.status).toBe(200);
    expect((await getAccount(app, done.body.accessToken)).status).toBe(200);
  },
);

test("MFA-15 a recovery code of a second step or a step-up that is cut is still good", async () => {
  const { email, recoveryCodes, body } = await memberWithTotp(app, time);
  const [first, second] = recoveryCodes;
  const { token } = await challenge(app, email);
  const complete = () => postJson(app, "/auth/mfa", { token, recoveryCode: first });
  expect((await interrupted("COMMIT", complete)).status).toBe(503);
  expect((await complete()).status).toBe(200);
  const headers = bearer(body.accessToken);
  const stepUp = () => postJson(app, "/auth/step-up", { recoveryCode: second }, headers);
  expect((await interrupted("UPDATE sessions SET proofs", stepUp)).status).toBe(503);
  expect((await stepUp()).status).toBe(200);
  const factors = await send(app, "GET", "/account/factors", { headers });
  expect(factors.body).toMatchObject({ recoveryCodes: { left: 8 } });
});
