import { randomBytes } from "node:crypto";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { compose } from "../../src/compose/ec2.ts";
import type { ServerConfig } from "../../src/config/ec2.ts";
import type { Keyring } from "../../src/domain/keyring.ts";
import { serve, stop } from "../../src/process/serve.ts";
import { advancePastGrace } from "../advance-past-grace.ts";
import { startApp, type TestApp } from "../app.ts";
import { getAccount, goodPassword, mailedCode, member, newEmail, postJson, refresh } from "../client.ts";
import { onePixelPng } from "../images.ts";
import { sendPicture } from "../uploads.ts";

let app: TestApp;

beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.close());

const rotated = ({ current, former }: Keyring<Buffer>, until: Date) => ({
  current: randomBytes(64),
  former: [...former, { key: current, until }],
});

/** A second application on the same database and bucket, like one that was restarted after a rotation. */
async function restarted(handover: Date) {
  const config: ServerConfig = {
    ...app.config,
    accessSecrets: rotated(app.config.accessSecrets, handover),
    refreshSecrets: rotated(app.config.refreshSecrets, handover),
    logLevel: "silent",
  };
  const { app: api, close } = compose(config);
  const server = await serve(api, { port: 0 });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    ...app,
    url,
    async close() {
      await stop(server, 1000);
      await close();
    },
  };
}

test("OPS-10 new secrets end no session: earlier tokens, refresh, a mailed code and an upload stay valid", async () => {
  const { body, cookie, email } = await member(app);
  await postJson(app, "/auth/forgot", { email });
  const code = await mailedCode(app, email);
  const upload = await sendPicture(app, onePixelPng);
  const next = await restarted(new Date());
  try {
    expect((await getAccount(next, body.accessToken)).status).toBe(200);
    await advancePastGrace(app);
    const renewed = await refresh(next, cookie);
    expect(renewed.status).toBe(200);
    // Tokens signed with the new secrets are invalid for a process that has only the old ones.
    expect((await getAccount(app, renewed.body.accessToken)).status).toBe(401);
    await advancePastGrace(app);
    expect((await refresh(next, renewed.cookie)).status).toBe(200);
    expect(
      (await postJson(next, "/auth/register", { email: newEmail(), password: goodPassword, upload })).status,
    ).toBe(201);
    const password = "a much better one";
    expect((await postJson(next, "/auth/reset", { email, code, password })).status).toBe(204);
  } finally {
    await next.close();
  }
});

test("before the handover the new process and the replaced one accept each other's tokens", async () => {
  const { cookie } = await member(app);
  const next = await restarted(new Date(Date.now() + 60_000));
  try {
    await advancePastGrace(app);
    const renewed = await refresh(next, cookie);
    expect((await getAccount(app, renewed.body.accessToken)).status).toBe(200);
    await advancePastGrace(app);
    expect((await refresh(app, renewed.cookie)).status).toBe(200);
  } finally {
    await next.close();
  }
});
