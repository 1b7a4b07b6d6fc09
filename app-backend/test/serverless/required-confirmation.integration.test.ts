import { afterAll, afterEach, beforeAll, expect, test } from "@jest/globals";
import { faults, mailedCode } from "../adapters/cognito/test-pool.ts";
import { newEmail, postJson, signIn } from "../client.ts";
import { onePixelPng } from "../images.ts";
import { startServerless, type TestServerless } from "../serverless-app.ts";
import { registerBy, sendPicture } from "../uploads.ts";

let stack: TestServerless;
beforeAll(async () => {
  stack = await startServerless({ confirmation: "required" });
});
afterEach(() => faults());
afterAll(() => stack.close());

test.each([
  ["password first", []],
  ["confirmation first", [{ action: "AdminInitiateAuth", error: "UserNotConfirmedException" }]],
])(
  "SLS-07 an unconfirmed account is reported to its owner alone, whichever the pool judges: %s",
  async (_order, order) => {
    const { app } = stack;
    const email = newEmail();
    await registerBy(app, await sendPicture(app, onePixelPng), { email });
    await faults(...order);
    expect(await signIn(app, email)).toMatchObject({ status: 403, body: { code: "not_confirmed" } });
    const [wrong, unknown] = [await signIn(app, email, "another password"), await signIn(app, newEmail())];
    for (const refused of [wrong, unknown])
      expect(refused).toMatchObject({ status: 401, body: { code: "bad_credentials" } });
    await faults();
    await postJson(app, "/auth/confirm", { email, code: await mailedCode(email) });
    expect((await signIn(app, email)).status).toBe(200);
  },
);
