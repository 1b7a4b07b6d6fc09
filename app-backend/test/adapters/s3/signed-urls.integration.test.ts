import { PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
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
  test("S3-09 shows the object, whatever its key", async () => {
    const answer = await fetch(await sign().get(key, hourMs));
    expect([answer.status, await answer.text()]).toEqual([200, "silver"]);
  });

  test("S3-09 has its overrides signed in", async () => {
    const disposition = "attachment; filename*=UTF-8''caf%C3%A9%20(1).png";
    const url = await sign().get(key, hourMs, { "response-content-disposition": disposition });
    const answer = await fetch(url);
    expect([answer.status, answer.headers.get("content-disposition")]).toEqual([200, disposition]);
    const other = url.replace("attachment", "inline");
    expect((await fetch(other)).status).toBe(403);
  });

  test("S3-02 is valid for no other object, nor with a changed signature", async () => {
    const url = await sign().get(key, hourMs);
    expect((await fetch(url.replace("/pictures/", "/secrets/"))).status).toBe(403);
    expect((await fetch(url.replace(/.$/, (digit) => (digit === "0" ? "1" : "0")))).status).toBe(403);
  });

  test("stays the same for half its life, and lives for half of it at least", async () => {
    const make = sign();
    at = new Date(Math.ceil(Date.now() / hourMs) * hourMs);
    const first = await make.get(key, hourMs);
    at = new Date(at.getTime() + hourMs / 2 - 1);
    expect(await make.get(key, hourMs)).toBe(first);
    at = new Date(at.getTime() + 1);
    expect(await make.get(key, hourMs)).not.toBe(first);
    at = new Date();
  });

  test("goes to the bucket's own host in AWS, and carries a role's session", async () => {
    const credentials = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "secret", sessionToken: "a/b+c" };
    const client = new S3Client({ region: "eu-central-1", credentials });
    const url = new URL(await signedUrls({ client, bucket: "tintype-dev", now }).get("pictures/a", hourMs));
    expect(url.origin + url.pathname).toBe("https://tintype-dev.s3.eu-central-1.amazonaws.com/pictures/a");
    expect(url.searchParams.get("X-Amz-Security-Token")).toBe("a/b+c");
  });

  describe("of a role", () => {
    const startedAt = new Date("2026-11-26T12:00:00Z");
    const minuteMs = 60_000;

    /** A role whose credentials have that lifetime, and are replaced after `next` ms. */
    function role({ liveMs, nextMs = Infinity }: { liveMs: number; nextMs?: number }) {
      const asked: boolean[] = [];
      const credentials = async ({ forceRefresh = false } = {}) => {
        asked.push(forceRefresh);
        const generation = at.getTime() - startedAt.getTime() >= nextMs ? 2 : 1;
        const expiration = new Date(startedAt.getTime() + liveMs + (generation - 1) * 6 * hourMs);
        const name = `ASIA${generation}`;
        return {
          accessKeyId: name,
          secretAccessKey: `secret ${name}`,
          sessionToken: `of ${name}`,
          expiration,
        };
      };
      const config = { region: async () => "eu-central-1", credentials };
      const client = { config } as unknown as S3Client;
      return { asked, urls: signedUrls({ client, bucket: "tintype-dev", now }) };
    }

    function endOf(url: string): number {
      const { searchParams } = new URL(url);
      const [, y, mo, d, h, mi, s] = /^(....)(..)(..)T(..)(..)(..)Z$/.exec(searchParams.get("X-Amz-Date")!)!;
      const expires = Number(searchParams.get("X-Amz-Expires"));
      return Date.parse(`${y}-${mo}-${d}T${h}:${mi}:${s}Z`) + expires * 1000;
    }

    const headers = { "content-type": "image/png" };

    beforeEach(() => void (at = startedAt));
    afterAll(() => void (at = new Date()));

    test.each([10 * minuteMs + 1, 59 * minuteMs, 61 * minuteMs, 6 * hourMs])(
      "USE-27, SLS-61 lives no longer than credentials that live %i ms more, read or written",
      async (leftMs) => {
        const end = startedAt.getTime() + leftMs;
        const { urls } = role({ liveMs: leftMs });
        const lastSecond = Math.floor(Math.min(end, startedAt.getTime() + hourMs) / 1000) * 1000;
        expect(endOf(await urls.get(key, hourMs))).toBe(lastSecond);
        expect(endOf(await urls.put(key, hourMs, headers))).toBe(lastSecond);
      },
    );

    test("USE-27 is signed with the role's new credentials as soon as there are some", async () => {
      const { urls } = role({ liveMs: 6 * hourMs, nextMs: 10 * minuteMs });
      expect(await urls.get(key, hourMs)).toContain("ASIA1");
      at = new Date(startedAt.getTime() + 10 * minuteMs);
      const url = await urls.get(key, hourMs);
      expect(url).toContain("Credential=ASIA2");
      expect(new URL(url).searchParams.get("X-Amz-Security-Token")).toBe("of ASIA2");
    });

    test("USE-27, SLS-61 requests newer credentials if the current ones expire before it, once a minute", async () => {
      const { urls, asked } = role({ liveMs: 30 * minuteMs });
      for (let call = 0; call < 5; call += 1) await urls.get(key, hourMs);
      expect(asked.filter(Boolean)).toHaveLength(1);
      at = new Date(startedAt.getTime() + minuteMs);
      await urls.get(key, hourMs);
      expect(asked.filter(Boolean)).toHaveLength(2);
    });

    test("USE-27 is not made with credentials that have expired", async () => {
      for (const liveMs of [-hourMs, 0, 999]) {
        const { urls } = role({ liveMs });
        await expect(urls.get(key, hourMs)).rejects.toMatchObject({ code: "unavailable" });
        await expect(urls.put(key, hourMs, headers)).rejects.toMatchObject({ code: "unavailable" });
      }
    });
  });
});
