import { PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { signedUrls } from "../../../src/adapters/s3/signed-urls.ts";
import { createBucket } from "../../store.ts";

const hourMs = 3_600_000;
const key = "pictures/a b/\u00e9'(1)*!~+&=.png";

let store: Awaited<ReturnType<typeof createBucket>>;
let at = new Date();
const now = () => at;

beforeAll(async () => {
  store = await createBucket();
  const body = { Bucket: store.config.bucket, Key: key, Body: "silver", ContentType: "image/png" };
  await store.client.send(new PutObjectCommand(body));
});
afterAll(() => store.drop());

const sign = () => signedUrls({ client: store.client, bucket: store.config.bucket, now });

describe("a signed URL", () => {
  test("shows the object, whatever its key", async () => {
    const answer = await fetch(await sign()(key, hourMs));
    expect([answer.status, await answer.text()]).toEqual([200, "silver"]);
  });

  test("has its overrides signed in", async () => {
    const disposition = "attachment; filename*=UTF-8''caf%C3%A9%20(1).png";
    const url = await sign()(key, hourMs, { "response-content-disposition": disposition });
    const answer = await fetch(url);
    expect([answer.status, answer.headers.get("content-disposition")]).toEqual([200, disposition]);
    const other = url.replace("attachment", "inline");
    expect((await fetch(other)).status).toBe(403);
  });

  test("S3-02 is good for no other object, nor after a change of its signature", async () => {
    const url = await sign()(key, hourMs);
    expect((await fetch(url.replace("/pictures/", "/secrets/"))).status).toBe(403);
    expect((await fetch(url.replace(/.$/, (digit) => (digit === "0" ? "1" : "0")))).status).toBe(403);
  });

  test("stays the same for half its life, and lives for half of it at least", async () => {
    const make = sign();
    at = new Date(Math.ceil(Date.now() / hourMs) * hourMs);
    const first = await make(key, hourMs);
    at = new Date(at.getTime() + hourMs / 2 - 1);
    expect(await make(key, hourMs)).toBe(first);
    at = new Date(at.getTime() + 1);
    expect(await make(key, hourMs)).not.toBe(first);
    at = new Date();
  });

  test("goes to the bucket's own host in AWS, and carries a role's session", async () => {
    const credentials = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "secret", sessionToken: "a/b+c" };
    const client = new S3Client({ region: "eu-central-1", credentials });
    const url = new URL(await signedUrls({ client, bucket: "tintype-dev", now })("pictures/a", hourMs));
    expect(url.origin + url.pathname).toBe("https://tintype-dev.s3.eu-central-1.amazonaws.com/pictures/a");
    expect(url.searchParams.get("X-Amz-Security-Token")).toBe("a/b+c");
  });
});
