import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer, request, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { ListObjectsV2Command, PutObjectCommand } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { startApp, type TestApp } from "../app.ts";
import { bearer, goodPassword, member, sendJson } from "../client.ts";

const imagesOfAccount = 500;

let app: TestApp;
let way: Server;
const removals: string[] = [];

beforeAll(async () => {
  const { port } = new URL(process.env["AWS_ENDPOINT_URL_S3"]!);
  way = createServer((req, res) => {
    const { method = "", url: path = "", headers } = req;
    if (method === "DELETE" || path.includes("?delete")) removals.push(`${method} ${path}`);
    const passedOn = request({ host: "127.0.0.1", port, method, path, headers }, (answer) => {
      res.writeHead(answer.statusCode!, answer.headers);
      answer.pipe(res);
    });
    req.pipe(passedOn);
  }).listen(0, "127.0.0.1");
  await once(way, "listening");
  app = await startApp({ bucketPort: (way.address() as AddressInfo).port });
});
afterAll(async () => {
  await app.close();
  way.close();
  way.closeAllConnections();
});

/** Images of an account, with the image and the thumbnail of each in the bucket. */
async function addImages(accountId: string): Promise<void> {
  const ids = Array.from({ length: imagesOfAccount }, () => randomUUID());
  const at = new Date();
  const keysOf = (id: string) => [`images/${id}/image.png`, `images/${id}/thumbnail.webp`];
  const rows = ids.map((id) => {
    const [objectKey, thumbnailKey] = keysOf(id);
    return [id, accountId, "Silver", "image/png", 3, 1, 1, 1, 1, objectKey, thumbnailKey, at, at];
  });
  const columns =
    "id, account_id, name, content_type, bytes, width, height, thumbnail_width, thumbnail_height, object_key, thumbnail_key, created_at, published_at";
  await app.pool.query(`INSERT INTO images (${columns}) VALUES ?`, [rows]);
  const keys = ids.flatMap(keysOf);
  const { bucket: Bucket } = app.config.storage;
  const put = (Key: string) => app.s3.send(new PutObjectCommand({ Bucket, Key, Body: "one" }));
  for (let from = 0; from < keys.length; from += 20) await Promise.all(keys.slice(from, from + 20).map(put));
}

test("UPL-27 an account with 500 images is removed with its 1001 objects in two requests of the bucket", async () => {
  const { body } = await member(app);
  await addImages(body.account.id);
  removals.length = 0;
  const origin = { ...bearer(body.accessToken), origin: app.siteOrigin };
  const answer = await sendJson(app, "DELETE", "/auth/remove", { password: goodPassword }, origin);
  expect(answer.status).toBe(204);
  expect(removals).toHaveLength(2);
  const list = new ListObjectsV2Command({ Bucket: app.config.storage.bucket });
  expect((await app.s3.send(list)).Contents ?? []).toEqual([]);
});
