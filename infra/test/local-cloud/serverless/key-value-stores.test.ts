import { once } from "node:events";
import type { AddressInfo } from "node:net";
import {
  CloudFrontKeyValueStoreClient,
  ConflictException,
  DescribeKeyValueStoreCommand,
  GetKeyCommand,
  PutKeyCommand,
  ResourceNotFoundException,
} from "@aws-sdk/client-cloudfront-keyvaluestore";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { keyValueClient } from "../../../deploy/serverless/clients.ts";
import { keyValueStores } from "../../../local-cloud/serverless/key-value-stores.ts";

const operator = {
  accessKeyId: "AKIAIOSFODNN7EXAMPLE",
  secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
};
let now = new Date();
const { server, value } = keyValueStores({ operator, now: () => now });
const KvsARN = "arn:aws:cloudfront::123456789012:key-value-store/7f0d6a64-0c55-4b6e-8b9a-2f4a5e1c9d10";
const clients: CloudFrontKeyValueStoreClient[] = [];

beforeAll(async () => {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
});
afterAll(() => {
  for (const client of clients) client.destroy();
  server.closeAllConnections();
  server.close();
});

/** As a deploy reaches it. */
function client(secretAccessKey = operator.secretAccessKey): CloudFrontKeyValueStoreClient {
  const made = keyValueClient({
    AWS_ENDPOINT_URL_CLOUDFRONT_KEYVALUESTORE: `http://localhost:${(server.address() as AddressInfo).port}`,
    AWS_ACCESS_KEY_ID: operator.accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
  });
  clients.push(made);
  return made;
}

const tagOf = async () => (await client().send(new DescribeKeyValueStoreCommand({ KvsARN }))).ETag!;

test("a key is put with the store's tag, and read back", async () => {
  await expect(client().send(new GetKeyCommand({ KvsARN, Key: "edge-proof" }))).rejects.toThrow(
    ResourceNotFoundException,
  );
  const IfMatch = await tagOf();
  await client().send(new PutKeyCommand({ KvsARN, Key: "edge-proof", Value: "ä secret", IfMatch }));
  expect(value(KvsARN, "edge-proof")).toBe("ä secret");
  expect(await client().send(new GetKeyCommand({ KvsARN, Key: "edge-proof" }))).toMatchObject({
    Value: "ä secret",
    ItemCount: 1,
  });
});

test("a write with an older tag is refused", async () => {
  const IfMatch = await tagOf();
  const put = (Value: string) => client().send(new PutKeyCommand({ KvsARN, Key: "a", Value, IfMatch }));
  await put("1");
  await expect(put("2")).rejects.toThrow(ConflictException);
  expect(value(KvsARN, "a")).toBe("1");
});

test("a signature by another secret, or one of another time, is refused", async () => {
  const asked = new DescribeKeyValueStoreCommand({ KvsARN });
  await expect(client("another").send(asked)).rejects.toMatchObject({ name: "AccessDeniedException" });
  now = new Date(Date.now() + 16 * 60_000);
  await expect(client().send(asked)).rejects.toMatchObject({ name: "AccessDeniedException" });
  now = new Date();
});

test("a request without a signature of version 4A is refused", async () => {
  const { port } = server.address() as AddressInfo;
  const answer = await fetch(`http://127.0.0.1:${port}/key-value-stores/${encodeURIComponent(KvsARN)}`);
  expect(answer.status).toBe(403);
});
