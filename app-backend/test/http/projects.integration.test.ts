import { DeleteObjectCommand } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { startApp, type TestApp } from "../app.ts";
import { bearer, member, newKey, newProject, send, sendJson } from "../client.ts";

let app: TestApp;
let token: string;
let accountId: string;

beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.close());
beforeEach(async () => {
  const { body } = await member(app);
  token = body.accessToken;
  accountId = body.account.id;
});

type Extra = Record<string, string>;

const refusal = (status: number, code: string) => ({ status, body: { code } });
const paragraph = (text: string) => [{ type: "paragraph", text }];
const read = (path: string, extra: Extra = {}) =>
  send(app, "GET", `/projects/${path}`, { headers: { ...bearer(token), ...extra } });
const put = (id: string, notes: unknown, extra: Extra = {}) =>
  sendJson(app, "PUT", `/projects/${id}/notes`, { notes }, { ...bearer(token), ...extra });
const patch = (id: string, facts: object, etag: string) =>
  sendJson(app, "PATCH", `/projects/${id}`, facts, { ...bearer(token), "if-match": etag });

const created = async (facts: object = {}) => (await newProject(app, token, facts)).body.project;

describe("a change", () => {
  test("PRJ-05 names the revision that it replaces, in the syntax of If-Match", async () => {
    const { id, etag } = await created();
    const save = (ifMatch: string) => put(id, paragraph("next"), { "if-match": ifMatch });
    expect(await put(id, paragraph("next"))).toMatchObject(refusal(428, "version_required"));
    expect(await save("*")).toMatchObject(refusal(428, "version_required"));
    for (const malformed of ["7", "", etag.slice(1, -1), Array.from({ length: 17 }, () => '"6"').join(", ")])
      expect(await save(malformed)).toMatchObject(refusal(400, "malformed_request"));
    for (const stale of ['"07"', 'W/"7"', '"6", "7"'])
      expect(await save(stale)).toMatchObject(refusal(412, "stale_version"));
    const saved = await save(`"6", W/${etag}`);
    expect(saved).toMatchObject({ status: 200, body: { project: { version: 2 } } });
    expect(saved.headers.get("etag")).toBe(saved.body.project.etag);
  });

  test("PRJ-05 that is stale gets what is there now, and whether its own key arrived", async () => {
    const { id, etag } = await created({ title: "Physics" });
    const key = { "idempotency-key": newKey() };
    const { project } = (await put(id, paragraph("mine"), { "if-match": etag, ...key })).body;
    const last = (await put(id, paragraph("theirs"), { "if-match": project.etag })).body.project;
    const { version, title, notesSha256, device, savedAt } = last;
    const current = { etag: last.etag, version, title, notesSha256, device, savedAt, saved: 2 };
    const again = await put(id, paragraph("mine"), { "if-match": etag, ...key });
    expect(again).toMatchObject(refusal(412, "stale_version"));
    expect(again.body.current).toEqual(current);
    expect((await patch(id, { title: "Chemistry" }, etag)).body.current).toEqual({ ...current, saved: null });
  });
});

test("PRJ-05 a project that the caller has is not sent again, nor read from the bucket", async () => {
  const { id, etag } = await created();
  const whole = await read(id);
  expect([whole.status, whole.headers.get("etag")]).toEqual([200, etag]);
  expect(whole.body).toMatchObject({ project: { id, etag }, notes: paragraph("first") });
  const [key] = (await app.bucket.keys()).filter((name) => name.startsWith(`notes/${accountId}/${id}/`));
  await app.s3.send(new DeleteObjectCommand({ Bucket: app.config.storage.bucket, Key: key }));
  for (const caching of ["no-cache", "max-age=0"]) {
    const answer = await read(id, { "if-none-match": `W/${etag}`, "cache-control": caching });
    expect([answer.status, answer.headers.get("etag")]).toEqual([304, etag]);
  }
  expect(await read(id)).toMatchObject(refusal(404, "notes_missing"));
});
