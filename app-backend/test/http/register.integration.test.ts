import { GetObjectCommand } from "@aws-sdk/client-s3";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import sharp from "sharp";
import type { RowDataPacket } from "mysql2/promise";
import { startApp, type TestApp } from "../app.ts";
import { appendImage, goodPassword, newEmail, register, send, signIn } from "../client.ts";
import { accepted, onePixelPng, pngOf, refused } from "../images.ts";

let app: TestApp;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.close());

describe("registering", () => {
  test("AUTH-28 makes an account and shows it, without its password", async () => {
    const { status, body } = await register(app, { email: "  Reader@Example.org " });
    expect(status).toBe(201);
    expect(body).toEqual({
      account: {
        id: expect.stringMatching(/^[0-9a-f-]{36}$/),
        email: "Reader@Example.org",
        imageUrl: expect.stringContaining("X-Amz-Signature="),
        username: null,
        firstName: null,
        lastName: null,
        confirmed: false,
        createdAt: expect.stringMatching(/^\d{4}-.*Z$/),
      },
    });
  });

  test("keeps the picture, and its URL shows it", async () => {
    const { body } = await register(app);
    expect(await pixelsOf(body.account.imageUrl)).toEqual(await sharp(onePixelPng).raw().toBuffer());
    expect(new URL(body.account.imageUrl).searchParams.get("X-Amz-Expires")).toBe("3600");
  });

  test.each(Object.entries(accepted))(
    "UPL-02 stores %s as what it is, whatever its label",
    async (contentType, image) => {
      const { body } = await register(app, { image, label: "application/octet-stream" });
      const [key = ""] = await keysOf(body.account.id);
      expect(key).toMatch(/^pictures\/[0-9a-f-]{36}\/[0-9a-f-]{36}\/[0-9a-f]{64}\.(png|jpg|gif|webp|avif)$/);
      const object = await app.s3.send(new GetObjectCommand({ Bucket: app.config.storage.bucket, Key: key }));
      expect(object.ContentType).toBe(contentType);
      expect(object.CacheControl).toBe("private, max-age=31536000, immutable");
    },
  );

  test("takes a picture of exactly 10 MiB", async () => {
    const image = pngOf(10 * 1024 * 1024);
    const { status, body } = await register(app, { image });
    expect(status).toBe(201);
    expect(await pixelsOf(body.account.imageUrl)).toEqual(await sharp(onePixelPng).raw().toBuffer());
  });

  test("UPL-13 leaves nothing under incoming/", async () => {
    await register(app);
    expect((await app.bucket.keys()).filter((key) => key.startsWith("incoming/"))).toEqual([]);
  });

  test("AUTH-18 ignores fields that are not asked for", async () => {
    const email = newEmail();
    const body = formOf({
      email,
      password: goodPassword,
      id: "mine",
      confirmed: "true",
      passwordHash: "x",
      role: "admin",
    });
    const answer = await send(app, "POST", "/auth/register", { body });
    expect(answer.status).toBe(201);
    expect(answer.body.account).toMatchObject({ email, confirmed: false });
    expect(answer.body.account.id).not.toBe("mine");
  });

  test("AUTH-02 keeps a password exactly as typed", async () => {
    const email = newEmail();
    const password = "\u{1f40e}\0 two  spaces";
    await register(app, { email, password });
    expect((await signIn(app, email, password)).status).toBe(200);
    for (const other of [password.replace("  ", " "), ` ${password}`, `${password} `])
      expect((await signIn(app, email, other)).status).toBe(401);
  });

  test.each([" 12345678", "12345678 ", "x".repeat(257)])(
    "AUTH-03 422 for a password that not every identity provider takes: %j",
    async (password) => {
      const answer = await register(app, { password });
      expect(answer).toMatchObject({ status: 422, body: { errors: [{ field: "password" }] } });
    },
  );

  test("AUTH-05 of 10 parallel sign-ups of one address in its variants one wins, and no picture is left over", async () => {
    const variants = ["b\u00fccher", "bu\u0308cher", "B\u00dcCHER", "xn--bcher-kva", "XN--BCHER-KVA"];
    for (let round = 0; round < 50; round++) {
      const before = await app.bucket.keys();
      const emails = [...variants, ...variants].map((domain) => `Reader${round}@${domain}.example`);
      const answers = await Promise.all(emails.map((email) => register(app, { email })));
      expect(answers.map(({ status }) => status).sort()).toEqual([
        201,
        ...Array.from({ length: 9 }, () => 409),
      ]);
      expect(answers.find(({ status }) => status === 409)?.body.code).toBe("email_taken");
      expect(await app.bucket.keys()).toHaveLength(before.length + 1);
    }
  }, 240_000);
});

describe("a refused registration", () => {
  let before: string[];
  let accountsBefore: number;
  beforeAll(async () => {
    before = await app.bucket.keys();
    accountsBefore = await countAccounts();
  });
  afterEach(async () => {
    expect(await app.bucket.keys()).toEqual(before);
    expect(await app.bucket.unfinishedUploads()).toBe(0);
    expect(await countAccounts()).toBe(accountsBefore);
  });

  test.each(Object.entries(refused))("UPL-01 415 for %s labelled image/png", async (_name, image) => {
    const { status, body } = await register(app, { image });
    expect([status, body.code]).toEqual([415, "unsupported_image"]);
    expect(body.errors?.[0]?.field).toBe("image");
  });

  test.each([1, 400_000])("UPL-07 413 for a picture that is %i bytes too long", async (excess) => {
    const { status, body } = await register(app, { image: pngOf(10 * 1024 * 1024 + excess) });
    expect([status, body.code]).toEqual([413, "image_too_large"]);
  });

  test("UPL-08 400 without a file, with an empty one, with two", async () => {
    expect(await register(app, { image: undefined })).toMatchObject(blaming("image"));
    expect(await register(app, { image: Buffer.alloc(0) })).toMatchObject(blaming("image"));
    const body = formOf({ email: newEmail(), password: goodPassword });
    appendImage(body, onePixelPng);
    expect(await send(app, "POST", "/auth/register", { body })).toMatchObject(blaming("image"));
  });

  test("400 for a file in another field", async () => {
    const body = formOf({ email: newEmail(), password: goodPassword });
    body.append("script", new Blob(["x"]), "x.js");
    expect(await send(app, "POST", "/auth/register", { body })).toMatchObject({ status: 400 });
  });

  test("API-03 422 naming each field at fault, before and after the file", async () => {
    const expected = { status: 422, body: { code: "invalid_input" } };
    for (const answer of [
      await register(app, { email: "invalid", password: "short" }),
      await send(app, "POST", "/auth/register", { body: lateFields("invalid", "short") }),
    ]) {
      expect(answer).toMatchObject(expected);
      expect(answer.body.errors?.map(({ field }) => field)).toEqual(["email", "password"]);
    }
  });

  test("AUTH-02 400 for a password of 1025 characters", async () => {
    expect(await register(app, { password: "x".repeat(1025) })).toMatchObject(blaming("password"));
  });

  test.each(["email[]", "email[$ne]", "__proto__[email]"])(
    "AUTH-17 400 for a field called %s",
    async (name) => {
      const body = new FormData();
      body.set(name, newEmail());
      body.set("password", goodPassword);
      appendImage(body, onePixelPng);
      expect(await send(app, "POST", "/auth/register", { body })).toMatchObject({ status: 400 });
    },
  );

  test("AUTH-17 400 for a field of 10 MB, and 413 when the body is longer than any picture", async () => {
    expect(await register(app, { email: "x".repeat(9_000_000) })).toMatchObject({ status: 400 });
    expect(await register(app, { email: "x".repeat(11_000_000) })).toMatchObject({ status: 413 });
  });

  test.each(["application/json", "multipart/form-data", "multipart/form-data; boundary=x"])(
    "400 for a body that is no form (%s)",
    async (type) => {
      const answer = await send(app, "POST", "/auth/register", {
        headers: { "content-type": type },
        body: "{}",
      });
      expect(answer).toMatchObject({ status: 400, body: { code: "malformed_request" } });
    },
  );

  test("409 for an address that is taken", async () => {
    const answer = await register(app, { email: "READER@example.org" });
    expect(answer).toMatchObject({ status: 409, body: { code: "email_taken" } });
  });
});

function blaming(field: string) {
  return { status: 400, body: { code: "malformed_request", errors: [{ field }] } };
}

/** A form with the file before the fields. */
function formOf(fields: Record<string, string>): FormData {
  const body = new FormData();
  appendImage(body, onePixelPng);
  for (const [name, value] of Object.entries(fields)) body.set(name, value);
  return body;
}

function lateFields(email: string, password: string): FormData {
  return formOf({ email, password });
}

async function keysOf(accountId: string): Promise<string[]> {
  return (await app.bucket.keys()).filter((key) => key.startsWith(`pictures/${accountId}/`));
}

async function countAccounts(): Promise<number> {
  const [rows] = await app.pool.query<RowDataPacket[]>("SELECT COUNT(*) AS count FROM accounts");
  return rows[0]?.["count"];
}

async function pixelsOf(url: string): Promise<Buffer> {
  return sharp(Buffer.from(await (await fetch(url)).arrayBuffer()))
    .raw()
    .toBuffer();
}
