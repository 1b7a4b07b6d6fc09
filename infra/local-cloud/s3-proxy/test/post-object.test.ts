import { createPresignedPost, type PresignedPostOptions } from "@aws-sdk/s3-presigned-post";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { parsePolicy } from "../src/post-policy.ts";
import { type Proxy, credentials, refusal, startProxy, temporary } from "./harness.ts";

let proxy: Proxy;
beforeAll(async () => void (proxy = await startProxy()));
afterAll(() => proxy.stop());
beforeEach(() => {
  proxy.clock.now = new Date();
  proxy.received.splice(0);
});

/** The upload that the application hands out: key, type and size range fixed. */
function presign(options: Partial<PresignedPostOptions> = {}, client = proxy.client()) {
  return createPresignedPost(client, {
    Bucket: "photos",
    Key: "incoming/1",
    Fields: { "Content-Type": "image/png" },
    Conditions: [["content-length-range", 1, 10]],
    Expires: 600,
    ...options,
  });
}

/** Sends a form as a browser does: the fields, then the file. */
function post(url: string, fields: Record<string, string>, file = "1234567890", headers = {}) {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  form.append("file", new Blob([file], { type: "text/html" }), "my picture.png");
  return fetch(url, { method: "POST", body: form, headers, redirect: "manual" });
}

async function messageOf(answer: Response) {
  return /<Message>(.*?)<\/Message>/.exec(await answer.text())?.[1];
}

test("S3-06 what the policy allows is stored, with the type of the form, not of the file", async () => {
  const { url, fields } = await presign();
  const answer = await post(url, fields);
  expect(answer.status).toBe(204);
  expect(answer.headers.get("etag")).toBe('"tag"');
  expect(proxy.received).toMatchObject([
    { method: "PUT", target: "/photos/incoming/1", headers: { "content-type": "image/png" } },
  ]);
  expect(proxy.received[0]?.body.toString()).toBe("1234567890");
});

test("S3-06 a temporary key is good for a policy too", async () => {
  const { url, fields } = await presign({}, proxy.client({ credentials: temporary }));
  expect((await post(url, fields)).status).toBe(204);
});

describe("size", () => {
  test("S3-06 a byte over the range: 400 EntityTooLarge, nothing stored", async () => {
    const { url, fields } = await presign();
    expect(await refusal(await post(url, fields, "12345678901"))).toEqual({
      status: 400,
      code: "EntityTooLarge",
    });
    expect(proxy.received).toEqual([]);
  });

  test("S3-06 under the range: 400 EntityTooSmall, nothing stored", async () => {
    const { url, fields } = await presign();
    expect(await refusal(await post(url, fields, ""))).toEqual({ status: 400, code: "EntityTooSmall" });
    expect(proxy.received).toEqual([]);
  });
});

describe("fields", () => {
  test.each([
    ["another key", { key: "incoming/2" }, "Policy Condition failed"],
    ["another type", { "Content-Type": "text/html" }, "Policy Condition failed"],
    ["an extra field", { acl: "public-read" }, "Extra input fields: acl"],
    ["extra metadata", { "x-amz-meta-owner": "me" }, "Extra input fields: x-amz-meta-owner"],
    [
      "a status to answer with",
      { success_action_status: "201" },
      "Extra input fields: success_action_status",
    ],
  ])("S3-06 %s: 403 AccessDenied, nothing stored", async (_, changed, reason) => {
    const { url, fields } = await presign();
    const answer = await post(url, { ...fields, ...changed });
    expect(answer.status).toBe(403);
    expect(await messageOf(answer)).toContain(`Invalid according to Policy: ${reason}`);
    expect(proxy.received).toEqual([]);
  });

  test("S3-06 another bucket: 403 AccessDenied", async () => {
    const { url, fields } = await presign();
    const answer = await post(url.replace("photos", "others"), { ...fields, bucket: "photos" });
    expect(await refusal(answer)).toEqual({ status: 403, code: "AccessDenied" });
    expect(proxy.received).toEqual([]);
  });

  test("S3-06 a field left out that a condition names: 403 AccessDenied", async () => {
    const { url, fields } = await presign();
    const { "Content-Type": _, ...rest } = fields;
    expect(await refusal(await post(url, rest))).toEqual({ status: 403, code: "AccessDenied" });
  });

  test("S3-06 no key: 400 InvalidArgument", async () => {
    const { url, fields } = await presign();
    const { key: _, ...rest } = fields;
    expect(await refusal(await post(url, rest))).toEqual({ status: 400, code: "InvalidArgument" });
  });

  test("S3-06 x-ignore- fields need no condition", async () => {
    const { url, fields } = await presign();
    expect((await post(url, { ...fields, "x-ignore-note": "hello" })).status).toBe(204);
  });

  test("S3-06 starts-with leaves the rest of a field to the form", async () => {
    const Conditions: PresignedPostOptions["Conditions"] = [
      ["starts-with", "$Content-Type", "image/"],
      ["starts-with", "$x-amz-meta-note", ""],
    ];
    const { url, fields } = await presign({ Conditions, Fields: {} });
    const send = (contentType: string) =>
      post(url, { ...fields, "Content-Type": contentType, "x-amz-meta-note": "any" });
    expect((await send("image/webp")).status).toBe(204);
    expect(proxy.received[0]?.headers).toMatchObject({
      "content-type": "image/webp",
      "x-amz-meta-note": "any",
    });
    expect(await refusal(await send("text/html"))).toEqual({ status: 403, code: "AccessDenied" });
    expect(await refusal(await send("image/png, text/html"))).toEqual({ status: 403, code: "AccessDenied" });
    expect(proxy.received).toHaveLength(1);
  });

  test("S3-06 ${filename} in the key stands for the file's name", async () => {
    const { url, fields } = await presign({ Key: "incoming/${filename}" });
    expect((await post(url, fields)).status).toBe(204);
    expect(proxy.received[0]?.target).toBe("/photos/incoming/my%20picture.png");
  });
});

test("S3-07 a checksum of another file: 400 BadDigest, nothing stored", async () => {
  const { url, fields } = await presign({ Fields: { "x-amz-checksum-crc32": "NhCmhg==" } });
  expect((await post(url, fields, "hello")).status).toBe(204);
  expect(await refusal(await post(url, fields, "jello"))).toEqual({ status: 400, code: "BadDigest" });
  expect(proxy.received).toHaveLength(1);
});

describe("policy", () => {
  test("S3-06 expired: 403 AccessDenied, nothing stored", async () => {
    const { url, fields } = await presign();
    proxy.clock.now = new Date(Date.now() + 601_000);
    const answer = await post(url, fields);
    expect([answer.status, await messageOf(answer)]).toEqual([
      403,
      "Invalid according to Policy: Policy expired.",
    ]);
    expect(proxy.received).toEqual([]);
  });

  test("S3-06 another policy under the old signature: 403 SignatureDoesNotMatch", async () => {
    const { url, fields } = await presign();
    const document = Buffer.from(fields["Policy"] ?? "", "base64")
      .toString()
      .replace(",1,10]", ",1,99]");
    const Policy = Buffer.from(document).toString("base64");
    const answer = await post(url, { ...fields, Policy }, "12345678901");
    expect(await refusal(answer)).toEqual({ status: 403, code: "SignatureDoesNotMatch" });
    expect(proxy.received).toEqual([]);
  });

  test("S3-06 a wrong secret: 403 SignatureDoesNotMatch; an unknown key: 403 InvalidAccessKeyId", async () => {
    const by = async (changed: Partial<typeof credentials>) => {
      const { url, fields } = await presign(
        {},
        proxy.client({ credentials: { ...credentials, ...changed } }),
      );
      return refusal(await post(url, fields));
    };
    expect(await by({ secretAccessKey: "guess" })).toEqual({ status: 403, code: "SignatureDoesNotMatch" });
    expect(await by({ accessKeyId: "AKIANOBODY" })).toEqual({ status: 403, code: "InvalidAccessKeyId" });
  });

  test("S3-04 a form without a policy: 403 AccessDenied", async () => {
    const answer = await post(`${proxy.url}/photos`, { key: "incoming/1" });
    expect(await refusal(answer)).toEqual({ status: 403, code: "AccessDenied" });
    expect(proxy.received).toEqual([]);
  });

  test.each(["", "[]", '{"expiration":"soon","conditions":[]}', '{"expiration":"2030-01-01T00:00:00Z"}'])(
    "S3-06 a document %j is no policy",
    (document) => {
      const read = () => parsePolicy(Buffer.from(document).toString("base64"));
      expect(read).toThrow(expect.objectContaining({ status: 400, code: "InvalidPolicyDocument" }));
    },
  );
});

describe("answers", () => {
  const successAs = async (fields: Record<string, string>) => {
    const presigned = await presign({ Fields: { "Content-Type": "image/png", ...fields } });
    return post(presigned.url, presigned.fields);
  };

  test("S3-06 success_action_status 200 and 201", async () => {
    expect((await successAs({ success_action_status: "200" })).status).toBe(200);
    const created = await successAs({ success_action_status: "201" });
    expect(created.status).toBe(201);
    expect(await created.text()).toContain("<Bucket>photos</Bucket><Key>incoming/1</Key>");
  });

  test("S3-06 success_action_redirect: 303 with bucket, key and etag", async () => {
    const answer = await successAs({ success_action_redirect: "http://page.test/done?step=2" });
    expect(answer.status).toBe(303);
    const { origin, searchParams } = new URL(answer.headers.get("location") ?? "");
    expect([origin, ...searchParams.values()]).toEqual([
      "http://page.test",
      "2",
      "photos",
      "incoming/1",
      '"tag"',
    ]);
  });

  test("S3-06 a page of an origin that the bucket names may read success and refusal", async () => {
    const { url, fields } = await presign();
    const headers = { origin: "http://page.test" };
    for (const file of ["fits", "does not fit"]) {
      const answer = await post(url, fields, file, headers);
      expect(answer.headers.get("access-control-allow-origin")).toBe("http://page.test");
    }
  });
});
