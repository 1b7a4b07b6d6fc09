import { createHash } from "node:crypto";
import { request } from "node:http";
import { DeleteObjectCommand } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { limits } from "../../src/domain/limit.ts";
import { maxNotesBytes } from "../../src/domain/notes.ts";
import { noteSlots } from "../../src/domain/slots.ts";
import { startApp, type TestApp } from "../app.ts";
import { bearer, goodPassword, member, newKey, newProject, send, sendJson } from "../client.ts";
import { eventually } from "../eventually.ts";
import { statementCounter } from "../statement-counter.ts";
import { announceMedia, sound, uploadMedia } from "../media-uploads.ts";

let app: TestApp;
let token: string;
let accountId: string;

let statements: Awaited<ReturnType<typeof statementCounter>>;

beforeAll(async () => {
  statements = await statementCounter();
  app = await startApp({ route: statements.route });
  await newPerson();
});
afterAll(async () => {
  await app.close();
  statements.close();
});

/** An account without projects. */
async function newPerson(): Promise<void> {
  const { body } = await member(app);
  token = body.accessToken;
  accountId = body.account.id;
}

const absentId = "00000000-0000-4000-8000-000000000000";

type Extra = Record<string, string>;

const refusal = (status: number, code: string) => ({ status, body: { code } });
const paragraph = (text: string) => [{ type: "paragraph", text }];
const read = (path: string, extra: Extra = {}) =>
  send(app, "GET", /^(\?|$)/.test(path) ? `/projects${path}` : `/projects/${path}`, {
    headers: { ...bearer(token), ...extra },
  });
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

test("PRJ-16 saves of an account that come too fast wait, as what they replace is outside of the quota", async () => {
  await newPerson();
  const { id, etag } = await created();
  const saved = await put(id, paragraph("second"), { "if-match": etag });
  expect(saved.status).toBe(200);
  const { name } = limits.notesOfAccount;
  const ofLimit = [createHash("sha256").update(`${name}:${accountId}`).digest("hex")];
  const [rows] = await app.pool.query("SELECT used FROM limits WHERE id = ?", ofLimit);
  expect(rows).toEqual([{ used: 2 }]);
  const freeAt = (ms: number) =>
    app.pool.query("UPDATE limits SET free_at = ? WHERE id = ?", [ms, ...ofLimit]);
  await freeAt(Date.now() + 20_000);
  const keys = await app.bucket.keys();
  const from = { "if-match": saved.body.project.etag };
  for (const refused of [await put(id, paragraph("third"), from), await newProject(app, token)]) {
    expect(refused).toMatchObject(refusal(429, "too_many_requests"));
    expect(Number(refused.headers.get("retry-after"))).toBeLessThanOrEqual(20);
  }
  expect(await app.bucket.keys()).toEqual(keys);
  expect((await put(id, paragraph("second"), from)).status).toBe(200);
  const renamed = await patch(id, { title: "Renamed in time" }, saved.body.project.etag);
  expect(renamed).toMatchObject({ status: 200, body: { project: { version: 2 } } });
  await freeAt(0);
  const later = await put(id, paragraph("third"), { "if-match": renamed.body.project.etag });
  expect(later).toMatchObject({ status: 200, body: { project: { version: 3 } } });
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

const saveRaw = (id: string, etag: string, body: string) =>
  send(app, "PUT", `/projects/${id}/notes`, {
    body,
    headers: { ...bearer(token), "content-type": "application/json", "if-match": etag },
  });

test("PRJ-07 notes are measured as they are stored, however they are escaped", async () => {
  const { id, etag } = await created();
  const around = JSON.stringify(paragraph("")).length;
  const text = (character: string, bytes: number) => {
    const count = Math.floor((maxNotesBytes - around) / bytes);
    return character.repeat(count) + "a".repeat(maxNotesBytes - around - count * bytes);
  };
  let tag = etag;
  for (const [character, bytes] of [
    ["a", 1],
    ["漢", 3],
  ] as const) {
    const most = text(character, bytes);
    const saved = await put(id, paragraph(most), { "if-match": tag });
    expect(saved).toMatchObject({ status: 200, body: { project: { notesBytes: maxNotesBytes } } });
    tag = saved.body.project.etag;
    const tooMany = await put(id, paragraph(`${most}a`), { "if-match": tag });
    expect(tooMany).toMatchObject(refusal(413, "notes_too_large"));
  }
  const escaped = (count: number) => `{"notes":[{"type":"paragraph","text":"${"\\u0061".repeat(count)}"}]}`;
  const saved = await saveRaw(id, tag, escaped(maxNotesBytes - around));
  expect(saved).toMatchObject({ status: 200, body: { project: { notesBytes: maxNotesBytes } } });
  const another = await saveRaw(id, tag, escaped(maxNotesBytes - around + 1));
  expect(another).toMatchObject(refusal(413, "notes_too_large"));
});

test("PRJ-07 a body that no notes need is refused, without a token before it is read", async () => {
  const { id, etag } = await created();
  const huge = "a".repeat(2 ** 23);
  expect(await put(id, paragraph(huge), { "if-match": etag })).toMatchObject(refusal(413, "notes_too_large"));
  expect(await newProject(app, token, { label: huge })).toMatchObject(refusal(413, "notes_too_large"));
  expect(await newProject(app, "none", { label: huge })).toMatchObject(refusal(401, "not_signed_in"));
  expect(await patch(id, { label: "a".repeat(70_000) }, etag)).toMatchObject(
    refusal(400, "malformed_request"),
  );
});

test("PRJ-07 a body that takes long to parse is refused before", async () => {
  const { id, etag } = await created();
  const blocks = `{"notes":[${"{},".repeat(2 ** 20)}{}]}`;
  expect(await saveRaw(id, etag, blocks)).toMatchObject(refusal(413, "notes_too_large"));
  expect(await saveRaw(id, etag, '{"notes":['.repeat(100))).toMatchObject(refusal(422, "invalid_input"));
  const headers = { "content-type": "application/json; charset=utf-16le", "if-match": etag };
  const body = new Uint8Array(Buffer.from('{"notes":[]}', "utf16le"));
  const inUtf16 = { body, headers: { ...bearer(token), ...headers } };
  expect(await send(app, "PUT", `/projects/${id}/notes`, inUtf16)).toMatchObject(
    refusal(400, "malformed_request"),
  );
});

test("USE-01 large bodies of notes share slots, which are free again once their clients are gone", async () => {
  const { id, etag } = await created();
  const from = { "x-forwarded-for": "10.9.8.7", ...bearer(token), "if-match": etag };
  const headers = { ...from, "content-type": "application/json", "content-length": 100_000 };
  const url = `${app.url}/api/projects/${id}/notes`;
  const taken = async () => (await app.places())["notes"];
  const hanging = Array.from({ length: noteSlots.maxOfNetwork }, () => {
    const client = request(url, { method: "PUT", headers }).on("error", () => {});
    client.write("{");
    return client;
  });
  await eventually(async () => (await taken()) === noteSlots.maxOfNetwork);
  const large = () => put(id, paragraph("a".repeat(100_000)), from);
  expect(await large()).toMatchObject(refusal(429, "too_many_requests"));
  const small = await put(id, paragraph("b"), from);
  expect(small.status).toBe(200);
  for (const client of hanging) client.destroy();
  await eventually(async () => (await taken()) === 0);
  expect(await large()).toMatchObject(refusal(412, "stale_version"));
  await eventually(async () => (await taken()) === 0);
});

test("a save asks the database for its session and its project once, is counted, and writes by a transaction of four", async () => {
  const { id, etag } = await created();
  const { project } = (await put(id, paragraph("prepared"), { "if-match": etag })).body;
  const before = statements.count();
  expect((await put(id, paragraph("counted"), { "if-match": project.etag })).status).toBe(200);
  expect(statements.count() - before).toBe(7);
});

test("PRJ-09 notes read back as JSON has them, or are refused", async () => {
  const { id, etag } = await created();
  for (const number of ["-0", "1e400"])
    expect(await saveRaw(id, etag, `{"notes":[{"n":${number}}]}`)).toMatchObject(
      refusal(422, "invalid_input"),
    );
  const odd = String.raw`{"notes":[{"a":"\ud800\u0000\u2028","__proto__":{"x":1},"constructor":1,"toString":[],"n":9007199254740993}]}`;
  const { version } = (await saveRaw(id, etag, odd)).body.project;
  const expected = JSON.stringify(JSON.parse(odd).notes);
  expect(JSON.stringify((await read(id)).body.notes)).toBe(expected);
  expect(JSON.stringify((await read(`${id}/versions/${version}`)).body.notes)).toBe(expected);
  expect("x" in {}).toBe(false);
});

describe("PRJ-10 a project", () => {
  test("takes no field that a person does not set", async () => {
    const foreign = {
      ...{
        id: absentId,
        accountId: absentId,
        version: 7,
        savedAt: "2020-01-01T00:00:00.000Z",
        notesKey: "a",
      },
      ...{ objectKey: "a", deletedAt: "2020-01-01T00:00:00.000Z", mimetype: "text/html", etag: '"a"' },
    };
    const project = await created(foreign);
    expect(project).toMatchObject({ version: 1, deletedAt: null, mimetype: null });
    expect(project.id).not.toBe(absentId);
    expect((await patch(project.id, foreign, project.etag)).body.project).toEqual(project);
    expect((await read(project.id)).body.project).toEqual(project);
  });

  test("gets the same answer for media of another account, pending media and none", async () => {
    const other = (await member(app)).body.accessToken;
    const { id, etag } = await created();
    const ids = [
      (await uploadMedia(app, other, sound())).body.media.id,
      (await announceMedia(app, token, sound())).body.media.id,
      absentId,
      "none",
    ];
    for (const mediaId of ids)
      for (const answer of [await newProject(app, token, { mediaId }), await patch(id, { mediaId }, etag)]) {
        const { requestId: _, ...problem } = answer.body;
        const title = "The media does not exist";
        expect(problem).toEqual({ type: "about:blank", title, status: 409, code: "media_gone" });
      }
  });

  test("has the type of its media or link", async () => {
    const mediaId = (await uploadMedia(app, token, sound())).body.media.id;
    const src = "https://youtu.be/dQw4w9WgXcQ";
    for (const facts of [
      { mediaId, type: "pdf" },
      { mediaId, type: "youtube" },
      { mediaId, src },
      { src: "https://example.org/" },
    ])
      expect(await newProject(app, token, facts)).toMatchObject(refusal(422, "invalid_input"));
    const { id, etag } = await created({ mediaId, type: "audio" });
    expect(await patch(id, { type: "pdf" }, etag)).toMatchObject(refusal(422, "invalid_input"));
    const linked = (await patch(id, { src, type: "youtube" }, etag)).body.project;
    const link = "https://www.youtube.com/watch?v=dQw4w9WgXcQ";
    expect(linked).toMatchObject({ type: "youtube", src: link, media: null, version: 1 });
    const cleared = (await patch(id, { src: null }, linked.etag)).body.project;
    expect(cleared).toMatchObject({ type: "none", src: null });
  });
});

test("PRJ-11 a project that is sent again under its key is one", async () => {
  await newPerson();
  const key = { "idempotency-key": newKey() };
  const post = () => newProject(app, token, { title: "Once" }, key);
  const answers = await Promise.all([post(), post(), post()]);
  answers.push(await post());
  expect(answers.map(({ status }) => status)).toEqual([201, 201, 201, 201]);
  expect(new Set(answers.map(({ body }) => body.project.id)).size).toBe(1);
  expect((await read("")).body.items).toHaveLength(1);
  expect(await newProject(app, token, { title: "Once" })).toMatchObject(refusal(409, "title_taken"));
});

test("PRJ-12 a title is taken once, by a new project or by a change", async () => {
  const { id } = await created();
  for (let round = 0; round < 10; round += 1) {
    const title = `Round ${round}`;
    const { etag } = (await read(id)).body.project;
    const answers = await Promise.all([newProject(app, token, { title }), patch(id, { title }, etag)]);
    const refused = answers.filter(({ status }) => status >= 300);
    expect(refused).toEqual([expect.objectContaining({ status: 409 })]);
    expect(refused[0]?.body.code).toBe("title_taken");
  }
});

test("PRJ-12 an account that is being removed gets 401, and nothing else", async () => {
  for (let round = 0; round < 3; round += 1) {
    const { body } = await member(app);
    const headers = { ...bearer(body.accessToken), origin: app.siteOrigin };
    const remove = () => sendJson(app, "DELETE", "/auth/remove", { password: goodPassword }, headers);
    const create = () => newProject(app, body.accessToken);
    const [removed, ...answers] = await Promise.all([remove(), create(), create(), create(), create()]);
    expect(removed.status).toBe(204);
    for (const { status } of [...answers, await create()]) expect([201, 401]).toContain(status);
    expect((await create()).status).toBe(401);
  }
});

describe("PRJ-13 a project in the bin", () => {
  const remove = (id: string, query = "") =>
    send(app, "DELETE", `/projects/${id}${query}`, { headers: bearer(token) });
  const restore = (id: string) => send(app, "POST", `/projects/${id}/restore`, { headers: bearer(token) });

  test("is not changed, is shown, and is restored", async () => {
    await newPerson();
    const project = await created();
    const { id, etag } = project;
    for (const query of ["", "?forever=false"]) expect((await remove(id, query)).status).toBe(204);
    expect((await remove(id, "?forever=yes")).status).toBe(400);
    const save = await put(id, paragraph("late"), { "if-match": etag });
    expect(save).toMatchObject(refusal(409, "in_bin"));
    expect(await patch(id, { title: "Late" }, etag)).toMatchObject(refusal(409, "in_bin"));
    expect((await read("")).body.items).toEqual([]);
    expect((await read("?bin=true")).body.items).toMatchObject([{ id }]);
    expect((await read(id)).body).toMatchObject({
      project: { version: 1, deletedAt: expect.any(String) },
      notes: paragraph("first"),
    });
    for (const _ of [1, 2]) expect(await restore(id)).toMatchObject({ status: 200, body: { project } });
    expect((await remove(id, "?forever=true")).status).toBe(204);
    expect((await remove(id, "?forever=true")).status).toBe(404);
    expect((await read(id)).status).toBe(404);
  });

  test("has one result of what happens to it at once, and leaves nothing behind", async () => {
    for (let round = 0; round < 10; round += 1) {
      const { id, etag } = await created();
      const save = (text: string) => put(id, paragraph(text), { "if-match": etag });
      const end = () => remove(id, "?forever=true");
      const calls = [save("one"), save("two"), remove(id), restore(id), ...(round % 2 ? [end(), end()] : [])];
      const answers = await Promise.all(calls);
      for (const { status } of answers) expect([200, 204, 404, 409, 412]).toContain(status);
      const saved = answers.slice(0, 2).filter(({ status }) => status === 200).length;
      expect(saved).toBeLessThan(2);
      const keys = (await app.bucket.keys()).filter((key) => key.includes(id));
      const { items } = (await read(`${id}/versions`)).body;
      if (round % 2) expect([items, keys]).toEqual([undefined, []]);
      else {
        expect(items.map(({ version }) => version)).toEqual(saved ? [2, 1] : [1]);
        expect(keys).toHaveLength(items.length);
      }
    }
  });
});

test("PRJ-54 a version is addressed by its number alone, and names its device in words of ours", async () => {
  const { id, etag } = await created();
  const agent = { "user-agent": "<img onerror=alert(1)>" };
  await put(id, paragraph("second"), { "if-match": etag, ...agent });
  const { items } = (await read(`${id}/versions`)).body;
  expect(items).toMatchObject([{ version: 2, device: "Unknown device" }, { version: 1 }]);
  expect((await read(`${id}/versions/1`)).body).toEqual({ version: items[1], notes: paragraph("first") });
  const other = (await created()).id;
  for (const number of ["0", "-1", "1e1", "01", "9".repeat(20), "3"])
    expect(await read(`${id}/versions/${number}`)).toMatchObject(refusal(404, "not_found"));
  expect(await read(`${other}/versions/2`)).toMatchObject(refusal(404, "not_found"));
});
