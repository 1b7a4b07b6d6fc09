import { afterAll, beforeAll, beforeEach, expect, jest, test } from "@jest/globals";
import type { AuditEvent } from "../../src/ports/audit-log.ts";
import { getAccount, newEmail, signIn } from "../client.ts";
import { dynamodbCallsOf } from "../dynamodb-calls.ts";
import { sessionSuite } from "../http/session-suite.ts";
import { onePixelPng } from "../images.ts";
import { startServerless, type TestServerless } from "../serverless-app.ts";
import { registerBy, sendPicture } from "../uploads.ts";

// The emulator takes one call after the other.
jest.setTimeout(240_000);

let stack: TestServerless;
const startMs = Date.now();
let aheadMs = 0; // the clock stands still between two waits

beforeAll(async () => {
  stack = await startServerless({ clock: () => new Date(startMs + aheadMs) });
});
afterAll(() => stack.close());
beforeEach(() => {
  aheadMs = 0;
});

async function member() {
  const email = newEmail();
  const registered = await registerBy(stack.app, await sendPicture(stack.app, onePixelPng), { email });
  const signedIn = await signIn(stack.app, email);
  // Otherwise a busy machine shows as a 401 of whatever the test asks next.
  if (registered.status !== 201 || signedIn.status !== 200)
    throw new Error(`no member: ${JSON.stringify([registered.body, signedIn.body])}`);
  return { email, ...signedIn };
}

const audit = () =>
  stack.lines().filter((line) => "audit" in line) as unknown as { audit: AuditEvent; accountId?: string }[];

test("the account and its session are read by one call each", async () => {
  const { body } = await member();
  const calls = await dynamodbCallsOf(() => getAccount(stack.app, body.accessToken));
  expect(calls).toBe(2);
});

sessionSuite(
  () => ({ app: stack.app, member, audit }),
  (ms) => (aheadMs += ms),
);
