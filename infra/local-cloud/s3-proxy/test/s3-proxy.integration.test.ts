import { randomUUID } from "node:crypto";
import type { Server } from "node:http";
import {
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutBucketCorsCommand,
  PutObjectCommand,
  type S3Client,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import { createPresignedPost } from "@aws-sdk/s3-presigned-post";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { Readable } from "node:stream";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { createS3Proxy } from "../src/server.ts";
import { closed, credentials, listening, refusal, s3Client, secretFor, urlOf } from "./harness.ts";

const Bucket = `photos-${randomUUID()}`;
const page = "http://page.test";
const shownAt = "http://localhost:8080";
const otherShownAt = "http://localhost:8081";
const sites: Record<string, string> = { [shownAt]: page, [otherShownAt]: "http://other.test" };

let server: Server;
let client: S3Client;

beforeAll(async () => {
  const upstream = process.env["MOTO_URL"];
  if (!upstream) throw new Error("set MOTO_URL to the address of a running moto_server");
  server = await listening(
    createS3Proxy({
      upstream: new URL(upstream),
      secretFor,
      now: () => new Date(),
      siteShownAt: (origin) => sites[origin],
    }),
  );
  client = s3Client(urlOf(server));
  await client.send(new CreateBucketCommand({ Bucket }));
  const rule = { AllowedOrigins: [page], AllowedMethods: ["GET", "PUT", "POST"], AllowedHeaders: ["*"] };
  await client.send(new PutBucketCorsCommand({ Bucket, CORSConfiguration: { CORSRules: [rule] } }));
});
afterAll(async () => {
  client?.destroy();
  if (server) await closed(server);
});

const get = (Key: string) => client.send(new GetObjectCommand({ Bucket, Key }));
const textOf = async (Key: string) => (await get(Key)).Body?.transformToString();
const listed = async (Prefix: string) => {
  const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket, Prefix }));
  return Contents.map(({ Key }) => Key);
};

describe("the AWS SDK, through the proxy, against moto", () => {
  test("S3-07 objects go in and out, whatever their key; metadata and type stay", async () => {
    for (const Key of ["plain", "a b/ü+(1)'*~.txt", "100%/&=?#.txt", "dots/../x", "twice//x"]) {
      const Metadata = { colour: "red" };
      await client.send(
        new PutObjectCommand({ Bucket, Key, Body: Key, ContentType: "text/plain", Metadata }),
      );
      expect(await textOf(Key)).toBe(Key);
      const head = await client.send(new HeadObjectCommand({ Bucket, Key }));
      expect(head).toMatchObject({
        ContentType: "text/plain",
        Metadata,
        ContentLength: Buffer.byteLength(Key),
      });
    }
    expect(await listed("a b/")).toEqual(["a b/ü+(1)'*~.txt"]);
  });

  test("S3-07 a stream under the SDK's trailing CRC32 is stored without its framing", async () => {
    const Body = Readable.from([Buffer.alloc(100_000, "a"), Buffer.alloc(50_000, "b")]);
    await client.send(new PutObjectCommand({ Bucket, Key: "stream", Body, ContentLength: 150_000 }));
    const { Body: stored, ContentEncoding } = await get("stream");
    expect(await stored?.transformToString()).toBe("a".repeat(100_000) + "b".repeat(50_000));
    expect(ContentEncoding).toBeUndefined();
  });

  test("ranges and conditions reach the store", async () => {
    await client.send(new PutObjectCommand({ Bucket, Key: "range", Body: "0123456789" }));
    const part = await client.send(new GetObjectCommand({ Bucket, Key: "range", Range: "bytes=2-4" }));
    expect([part.ContentRange, await part.Body?.transformToString()]).toEqual(["bytes 2-4/10", "234"]);
    await expect(get("nothing")).rejects.toMatchObject({ name: "NoSuchKey" });
  });

  test("copies and deletes many", async () => {
    await client.send(new PutObjectCommand({ Bucket, Key: "copies/1 ü", Body: "one" }));
    const CopySource = encodeURI(`${Bucket}/copies/1 ü`);
    await client.send(new CopyObjectCommand({ Bucket, Key: "copies/2", CopySource }));
    expect(await textOf("copies/2")).toBe("one");
    const Objects = [{ Key: "copies/1 ü" }, { Key: "copies/2" }];
    await client.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects } }));
    expect(await listed("copies/")).toEqual([]);
  });

  test("S3-07 an upload in parts is put together", async () => {
    const target = { Bucket, Key: "parts" };
    const { UploadId } = await client.send(new CreateMultipartUploadCommand(target));
    const bodies = [Buffer.alloc(5 * 1024 * 1024, "a"), Buffer.from("end")];
    const Parts = [];
    for (const [index, Body] of bodies.entries()) {
      const part = { ...target, UploadId, PartNumber: index + 1, Body };
      const { ETag } = await client.send(new UploadPartCommand(part));
      Parts.push({ ETag, PartNumber: index + 1 });
    }
    await client.send(
      new CompleteMultipartUploadCommand({ ...target, UploadId, MultipartUpload: { Parts } }),
    );
    const { Body, ContentLength } = await get("parts");
    expect(ContentLength).toBe(5 * 1024 * 1024 + 3);
    expect((await Body?.transformToString())?.endsWith("aaend")).toBe(true);
  });
});

describe("a browser with what the application signed", () => {
  test("S3-02 downloads as attachment", async () => {
    await client.send(new PutObjectCommand({ Bucket, Key: "me.png", Body: "picture" }));
    const ResponseContentDisposition = 'attachment; filename="me.png"';
    const command = new GetObjectCommand({ Bucket, Key: "me.png", ResponseContentDisposition });
    const answer = await fetch(await getSignedUrl(client, command), { headers: { origin: page } });
    expect(await answer.text()).toBe("picture");
    expect(answer.headers.get("content-disposition")).toBe(ResponseContentDisposition);
    expect(answer.headers.get("access-control-allow-origin")).toBe(page);
  });

  test("S3-07 uploads by a presigned PUT; with the SDK's default checksum it is refused, nothing stored", async () => {
    const command = () => new PutObjectCommand({ Bucket, Key: "put/1", ContentType: "image/png" });
    const upload = async (signer: S3Client) =>
      fetch(await getSignedUrl(signer, command()), { method: "PUT", body: "picture" });
    expect(await refusal(await upload(client))).toEqual({ status: 400, code: "BadDigest" });
    expect(await listed("put/")).toEqual([]);
    const plain = s3Client(urlOf(server), { requestChecksumCalculation: "WHEN_REQUIRED" });
    expect((await upload(plain)).status).toBe(200);
    expect(await textOf("put/1")).toBe("picture");
  });

  test("S3-06 uploads by a presigned form; over its range it is refused, nothing stored", async () => {
    const upload = async (Key: string, file: string) => {
      const Fields = { "Content-Type": "image/png", "x-amz-meta-owner": "me" };
      const Conditions = [
        ["content-length-range" as const, 1, 10] as ["content-length-range", number, number],
      ];
      const { url, fields } = await createPresignedPost(client, { Bucket, Key, Fields, Conditions });
      const form = new FormData();
      for (const [name, value] of Object.entries(fields)) form.append(name, value);
      form.append("file", new Blob([file]), "me.png");
      return fetch(url, { method: "POST", body: form, headers: { origin: page } });
    };
    const stored = await upload("form/1 ü", "picture");
    expect([stored.status, stored.headers.get("access-control-allow-origin")]).toEqual([204, page]);
    const head = await client.send(new HeadObjectCommand({ Bucket, Key: "form/1 ü" }));
    expect(head).toMatchObject({ ContentType: "image/png", Metadata: { owner: "me" }, ContentLength: 7 });
    const refused = await upload("form/2", "12345678901");
    expect(refused.headers.get("access-control-allow-origin")).toBe(page);
    expect(await refusal(refused)).toEqual({ status: 400, code: "EntityTooLarge" });
    expect(await listed("form/")).toEqual(["form/1 ü"]);
  });

  const preflight = (origin: string) =>
    fetch(`${urlOf(server)}/${Bucket}`, {
      method: "OPTIONS",
      headers: { origin, "access-control-request-method": "POST" },
    });
  const allowed = ({ status, headers }: Response) => [status, headers.get("access-control-allow-origin")];

  test("asks first, and learns what the bucket allows", async () => {
    expect(allowed(await preflight(page))).toEqual([200, page]);
    expect(allowed(await preflight("http://other.test"))).toEqual([403, null]);
  });

  test("S3-10 is heard at the port under which its site is shown as at the site's own name", async () => {
    const post = async (origin: string, file: string) => {
      const { url, fields } = await createPresignedPost(client, {
        Bucket,
        Key: "shown",
        Conditions: [["content-length-range", 1, 10]],
      });
      const form = new FormData();
      for (const [name, value] of Object.entries(fields)) form.append(name, value);
      form.append("file", new Blob([file]));
      return fetch(url, { method: "POST", body: form, headers: { origin } });
    };
    const get = async (origin: string) =>
      fetch(await getSignedUrl(client, new GetObjectCommand({ Bucket, Key: "shown" })), {
        headers: { origin },
      });
    const answers = async (origin: string) =>
      [
        await preflight(origin),
        await post(origin, "picture"),
        await post(origin, "far too much"),
        await get(origin),
      ].map(allowed);
    const readable = (origin: string | null) => [204, 400, 200].map((status) => [status, origin]);
    expect(await answers(shownAt)).toEqual([[200, shownAt], ...readable(shownAt)]);
    for (const stranger of [otherShownAt, "http://localhost:8082", "http://localhost", "null"]) {
      expect(await answers(stranger)).toEqual([[403, null], ...readable(null)]);
    }
  });
});

describe("strangers", () => {
  test("S3-04 anonymous GET, PUT, LIST: 403, nothing stored", async () => {
    const url = `${urlOf(server)}/${Bucket}`;
    await client.send(new PutObjectCommand({ Bucket, Key: "secret", Body: "secret" }));
    expect(await refusal(await fetch(`${url}/secret`))).toEqual({ status: 403, code: "AccessDenied" });
    expect(await refusal(await fetch(url))).toEqual({ status: 403, code: "AccessDenied" });
    const put = await fetch(`${url}/intruder`, { method: "PUT", body: "x" });
    expect(await refusal(put)).toEqual({ status: 403, code: "AccessDenied" });
    expect(await listed("intruder")).toEqual([]);
  });

  test("S3-04 a wrong secret: 403, nothing stored", async () => {
    const thief = s3Client(urlOf(server), { credentials: { ...credentials, secretAccessKey: "guess" } });
    const put = thief.send(new PutObjectCommand({ Bucket, Key: "intruder", Body: "x" }));
    await expect(put).rejects.toMatchObject({ name: "SignatureDoesNotMatch" });
    expect(await listed("intruder")).toEqual([]);
  });
});

describe("S3-08 a copy of an object that is to be a certain one", () => {
  const store = async (Key: string, Body: string) =>
    (await client.send(new PutObjectCommand({ Bucket, Key, Body }))).ETag!;
  const copy = (from: string, to: string, CopySourceIfMatch: string) =>
    client.send(
      new CopyObjectCommand({ Bucket, Key: to, CopySource: `${Bucket}/${from}`, CopySourceIfMatch }),
    );

  test("is made of that object alone", async () => {
    const tag = await store("source", "first");
    await copy("source", "copied", tag);
    await store("source", "second");
    await expect(copy("source", "copied", tag)).rejects.toMatchObject({ name: "PreconditionFailed" });
    expect(await textOf("copied")).toBe("first");
    await expect(copy("absent", "copied", tag)).rejects.toMatchObject({ name: "NoSuchKey" });
  });

  test("is never made of what replaces it at the same time", async () => {
    for (let round = 0; round < 20; round += 1) {
      const tag = await store("source", "first");
      const copying = copy("source", `copied-${round}`, tag).then(
        () => textOf(`copied-${round}`),
        (error: Error) => error.name,
      );
      await Promise.all([copying, store("source", "second")]);
      expect(["first", "PreconditionFailed"]).toContain(await copying);
    }
  });
});

describe("S3-08 a PUT that is to write over nothing", () => {
  const presigned = (Key: string, IfNoneMatch = "*") => {
    const command = new PutObjectCommand({ Bucket, Key, ContentType: "text/plain", IfNoneMatch });
    const signableHeaders = new Set(["content-type", "if-none-match", "host"]);
    return getSignedUrl(s3Client(urlOf(server), { requestChecksumCalculation: "WHEN_REQUIRED" }), command, {
      signableHeaders,
    });
  };
  const put = (url: string, body: string, ifNoneMatch = "*") =>
    fetch(url, {
      method: "PUT",
      headers: { "content-type": "text/plain", "if-none-match": ifNoneMatch, origin: page },
      body,
    });

  test("is taken once of 30 at the same time; the others get 412, which the page can read", async () => {
    const url = await presigned("once");
    const answers = await Promise.all(Array.from({ length: 30 }, (_, index) => put(url, `file ${index}`)));
    const taken = answers.findIndex(({ status }) => status === 200);
    const others = answers.filter((_, index) => index !== taken);
    for (const answer of others) {
      expect(answer.headers.get("access-control-allow-origin")).toBe(page);
      expect(await refusal(answer)).toEqual({ status: 412, code: "PreconditionFailed" });
    }
    expect(await textOf("once")).toBe(`file ${taken}`);
  });

  test("is taken again once the object is removed, as S3 does, but not over an empty one", async () => {
    const url = await presigned("again");
    await put(url, "first");
    await client.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects: [{ Key: "again" }] } }));
    expect((await put(url, "second")).status).toBe(200);
    await client.send(new PutObjectCommand({ Bucket, Key: "again", Body: "", ContentLength: 0 }));
    expect((await put(url, "third")).status).toBe(412);
  });

  test("names no other condition than *", async () => {
    const url = await presigned("other", '"tag"');
    expect(await refusal(await put(url, "file", '"tag"'))).toEqual({ status: 501, code: "NotImplemented" });
  });

  test("with If-Match replaces what was read, once of 10 at the same time, and nothing that is not there", async () => {
    const write = (Body: string, IfMatch?: string) =>
      client.send(new PutObjectCommand({ Bucket, Key: "replaced", Body, ...(IfMatch && { IfMatch }) }));
    const { ETag } = await write("0");
    const writes = Array.from({ length: 10 }, (_, index) => write(`${index + 1}`, ETag!));
    const outcomes = await Promise.allSettled(writes);
    expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    for (const outcome of outcomes)
      if (outcome.status === "rejected")
        expect(outcome.reason).toMatchObject({
          name: "PreconditionFailed",
          $metadata: { httpStatusCode: 412 },
        });
    expect(await textOf("replaced")).toBe(
      String(outcomes.findIndex(({ status }) => status === "fulfilled") + 1),
    );
    await client.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects: [{ Key: "replaced" }] } }));
    await expect(write("x", ETag!)).rejects.toMatchObject({ name: "NoSuchKey" });
    await expect(write("x", "*")).rejects.toMatchObject({ name: "NotImplemented" });
  });

  test("is refused with another condition than signed", async () => {
    const url = await presigned("signed");
    expect(await refusal(await put(url, "file", '"tag"'))).toEqual({
      status: 403,
      code: "SignatureDoesNotMatch",
    });
  });
});
