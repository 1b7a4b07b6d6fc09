import { once } from "node:events";
import { request, type ClientRequest, type IncomingMessage } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import { startApp, type TestApp } from "../app.ts";
import { newEmail, register, someAddress } from "../client.ts";
import { eventually } from "../eventually.ts";
import { pngOf } from "../images.ts";
import { boundary, formStart } from "../raw-forms.ts";

const imageBytes = 9 * 1024 * 1024;

let app: TestApp;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.close());
afterEach(async () => {
  await app.bucket.keys().then((keys) => Promise.all(keys.map((key) => expect(key).toMatch(/^pictures\//))));
});

describe("an upload that breaks off", () => {
  test.each([1, 50, 99])(
    "UPL-13 at %i %% leaves no object and no part, and can be tried again",
    async (percent) => {
      const email = newEmail();
      const upload = open({ "content-length": String(imageBytes + 1000) });
      upload.on("error", () => undefined);
      upload.write(formStart(email));
      upload.write(pngOf(Math.floor((imageBytes * percent) / 100)));
      await sleep(300);
      upload.destroy();
      await eventually(async () => (await app.bucket.unfinishedUploads()) === 0, 5_000);
      expect(await app.bucket.keys()).not.toContainEqual(expect.stringMatching(/^incoming\//));
      expect((await register(app, { email })).status).toBe(201);
    },
  );

  test("is not logged as a bug", () => {
    expect(app.logLines.filter((line) => line.includes('"bug"'))).toEqual([]);
  });
});

test("DOS-06 of 30 slow forms 20 are received, the rest gets 503; places are free again when they break off", async () => {
  const forms = Array.from({ length: 30 }, () => {
    const form = open({ "content-length": String(imageBytes + 1000), "x-forwarded-for": someAddress() });
    form.on("error", () => undefined);
    form.write(formStart(newEmail()));
    form.write(pngOf(100_000));
    return form;
  });
  const refused: IncomingMessage[] = [];
  for (const form of forms)
    void answerTo(form).then(
      (answer) => refused.push(answer),
      () => undefined,
    );
  await eventually(async () => refused.length === 10, 5_000);
  await sleep(300);
  const answers = refused.map(({ statusCode, headers }) => [statusCode, headers["retry-after"]]);
  expect(answers).toEqual(answers.map(() => [503, "5"]));
  expect(await register(app)).toMatchObject({ status: 503, body: { code: "unavailable" } });
  expect(refused).toHaveLength(10);
  for (const form of forms) form.destroy();
  await eventually(async () => (await register(app)).status === 201, 5_000);
  await eventually(async () => (await app.bucket.unfinishedUploads()) === 0, 5_000);
  const all = await Promise.all(Array.from({ length: 20 }, () => register(app)));
  expect(all.map(({ status }) => status)).toEqual(all.map(() => 201));
});

describe("a body that is too long", () => {
  test("UPL-07 is refused by its Content-Length, before it is sent", async () => {
    const upload = open({ "content-length": "1000000000" });
    upload.on("error", () => undefined);
    upload.flushHeaders();
    expect((await answerTo(upload)).statusCode).toBe(413);
    upload.destroy();
  });

  test("UPL-07 is refused in chunks without an end, once past the limit", async () => {
    const upload = open({ "transfer-encoding": "chunked" });
    upload.on("error", () => undefined);
    upload.write(formStart(newEmail()));
    const answered = answerTo(upload);
    let sent = 0;
    const chunk = pngOf(1024 * 1024);
    const timer = setInterval(() => {
      upload.write(chunk);
      sent += chunk.length;
    }, 5);
    expect((await answered).statusCode).toBe(413);
    clearInterval(timer);
    expect(sent).toBeLessThan(200 * 1024 * 1024);
    upload.destroy();
    await eventually(async () => (await app.bucket.unfinishedUploads()) === 0, 5_000);
  });
});

function open(headers: Record<string, string>): ClientRequest {
  const type = `multipart/form-data; boundary=${boundary}`;
  return request(`${app.url}/api/auth/register`, {
    method: "POST",
    headers: { ...headers, "content-type": type },
  });
}

async function answerTo(upload: ClientRequest): Promise<IncomingMessage> {
  const [response] = (await once(upload, "response")) as [IncomingMessage];
  response.resume();
  return response;
}
