import { randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { buffer } from "node:stream/consumers";
import { isSignedV4a } from "./signature-v4a.ts";

export interface KeyValueStoresProps {
  readonly operator: { readonly accessKeyId: string; readonly secretAccessKey: string };
  readonly now: () => Date;
}

interface Store {
  etag: string;
  readonly values: Map<string, string>;
}

const path = /^\/key-value-stores\/([^/]+)(?:\/keys\/([^/]+))?$/;
const newTag = () => `KV${randomBytes(7).toString("hex").toUpperCase()}`;

/**
 * The keys of CloudFront's key value stores, for the operator: describe, get, put and delete one key, each write with the
 * store's `If-Match`. https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_Operations_Amazon_CloudFront_KeyValueStore.html
 * Not here: lists, updates of several keys, the limits of size, and whether there is such a store.
 */
export function keyValueStores({ operator, now }: KeyValueStoresProps): {
  readonly server: Server;
  readonly value: (storeArn: string, key: string) => string | undefined;
} {
  const stores = new Map<string, Store>();
  const secretFor = (key: string) => (key === operator.accessKeyId ? operator.secretAccessKey : undefined);

  function storeOf(arn: string): Store {
    const found = stores.get(arn) ?? { etag: newTag(), values: new Map<string, string>() };
    stores.set(arn, found);
    return found;
  }

  async function answer(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await buffer(message);
    if (!isSignedV4a({ message, body }, { service: "cloudfront-keyvaluestore", secretFor, now })) {
      return refuse(
        response,
        403,
        "AccessDeniedException",
        "The signature is not one of version 4A of the operator.",
      );
    }
    const [, arn, key] = (path.exec(message.url ?? "") ?? []).map((part) => part && decodeURIComponent(part));
    if (arn === undefined) return refuse(response, 501, "NotImplemented", "Not emulated.");
    const store = storeOf(arn);
    if (message.method === "GET" && key === undefined) {
      const about = { KvsARN: arn, Created: 0, LastModified: 0, Status: "READY" };
      return send(response, 200, { ...about, ...sizeOf(store) }, store.etag);
    }
    const value = key === undefined ? undefined : store.values.get(key);
    if (message.method === "GET") {
      if (value === undefined)
        return refuse(response, 404, "ResourceNotFoundException", "Key was not found.");
      return send(response, 200, { Key: key, Value: value, ...sizeOf(store) });
    }
    if (key === undefined) return refuse(response, 501, "NotImplemented", "Not emulated.");
    if (message.headers["if-match"] !== store.etag)
      return refuse(response, 409, "ConflictException", "The ETag is not that of the store.");
    if (message.method === "DELETE") store.values.delete(key);
    else store.values.set(key, (JSON.parse(body.toString()) as { Value: string }).Value);
    store.etag = newTag();
    send(response, 200, sizeOf(store), store.etag);
  }

  const server = createServer((message, response) => {
    answer(message, response).catch((error) => {
      console.error(error);
      response.destroy();
    });
  });
  return { server, value: (arn, key) => stores.get(arn)?.values.get(key) };
}

const sizeOf = ({ values }: Store) => ({
  ItemCount: values.size,
  TotalSizeInBytes: [...values].reduce((sum, [key, value]) => sum + key.length + value.length, 0),
});

function send(response: ServerResponse, status: number, body: object, etag?: string): void {
  response.writeHead(status, { "content-type": "application/json", ...(etag !== undefined && { etag }) });
  response.end(JSON.stringify(body));
}

function refuse(response: ServerResponse, status: number, type: string, message: string): void {
  response.writeHead(status, { "content-type": "application/json", "x-amzn-errortype": type });
  response.end(JSON.stringify({ Message: message }));
}
