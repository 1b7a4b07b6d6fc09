import { afterAll, beforeAll, expect, jest, test } from "@jest/globals";
import { mailedCode } from "../adapters/cognito/test-pool.ts";
import {
  bearer,
  getAccount,
  goodPassword,
  newEmail,
  postJson,
  refresh,
  sendJson,
  signIn,
  signOut,
} from "../client.ts";
import { onePixelPng } from "../images.ts";
import { startServerless, type TestServerless } from "../serverless-app.ts";
import { registerBy, sendPicture } from "../uploads.ts";

// The emulator takes one call after the other.
jest.setTimeout(240_000);

let stack: TestServerless;
let laterMs = 0;

beforeAll(async () => {
  stack = await startServerless({ clock: () => new Date(Date.now() + laterMs) });
});
afterAll(() => stack.close());

async function join(): Promise<string> {
  const email = newEmail();
  await registerBy(stack.app, await sendPicture(stack.app, onePixelPng), { email });
  await postJson(stack.app, "/auth/confirm", { email, code: await mailedCode(email) });
  return email;
}

test("SLS-77 records of before bring back no session, code or bearer, and the check names users and accounts that lack the other", async () => {
  const { app, pool } = stack;
  const [email, leaving] = [await join(), await join()];
  const [phone, laptop, left] = [
    await signIn(app, email),
    await signIn(app, email),
    await signIn(app, leaving),
  ];
  const { access } = await pool.tokens(email, goodPassword);
  await postJson(app, "/auth/forgot", { email });
  const reset = { email, code: await mailedCode(email), password: "a much better one" };
  const restore = await stack.tables.copyOfRecords();

  expect((await signOut(app, phone.cookie)).status).toBe(204);
  expect((await signOut(app, laptop.cookie, "?everywhere=true")).status).toBe(204);
  expect((await postJson(app, "/auth/reset", reset)).status).toBe(204);
  const headers = { ...bearer(left.body.accessToken), origin: app.siteOrigin };
  const removed = await sendJson(app, "DELETE", "/auth/remove", { password: goodPassword }, headers);
  expect(removed.status).toBe(204);
  await join();
  await restore();

  for (const { cookie, body } of [phone, laptop, left]) {
    expect((await refresh(app, cookie)).status).toBe(401);
    expect((await getAccount(app, body.accessToken)).status).toBe(401);
  }
  expect((await getAccount(app, access)).status).toBe(401);
  expect((await postJson(app, "/auth/reset", reset)).status).toBe(403);
  expect((await signIn(app, email)).status).toBe(401);
  expect((await signIn(app, email, reset.password)).status).toBe(200);
  laterMs = 2 * 3_600_000;
  const { users } = (await stack.jobs().run("integrity", false)) as {
    users: { orphaned: string[]; unusable: string[] };
  };
  expect(users.orphaned).toHaveLength(1);
  expect(users.unusable).toEqual([left.body.account.id]);
});
