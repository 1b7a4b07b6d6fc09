import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import * as lambda from "@aws-sdk/client-lambda";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { lambdaImageIntake, lambdaOutages } from "../../../src/adapters/lambda/image-intake.ts";
import { answerImageRequest } from "../../../src/adapters/lambda/image-protocol.ts";
import { AppError, fieldError } from "../../../src/domain/app-error.ts";
import { isOutage } from "../../../src/domain/outage.ts";
import type { ImageIntake } from "../../../src/ports/image-intake.ts";
import { from, patient } from "../../requester.ts";

const functionArn = "arn:aws:lambda:us-east-1:123456789012:function:images:live";
const upload = { key: "incoming/abc", announced: { contentType: "image/png", bytes: 70 } };
const destination = { prefix: "pictures/abc/def/", thumbnail: false, shared: false };
const original = { key: "pictures/abc/def/0.png", contentType: "image/png", bytes: 70, width: 1, height: 1 };

let server: Server;
let client: lambda.LambdaClient;
/** What the function does with an event, behind the API of Lambda. */
let intake: ImageIntake["take"];
let answer: { readonly status?: number; readonly headers?: Record<string, string>; readonly body?: string };

beforeAll(async () => {
  server = createServer((request, response) => {
    void (async () => {
      const event: unknown = JSON.parse(String(await buffer(request)));
      const { signal } = new AbortController();
      const body = answer.body ?? JSON.stringify(await answerImageRequest({ take: intake }, event, signal));
      response.writeHead(answer.status ?? 200, answer.headers).end(body);
    })();
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  client = new lambda.LambdaClient({
    region: "us-east-1",
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    credentials: { accessKeyId: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: "unchecked" },
    maxAttempts: 1,
  });
});
afterAll(async () => {
  client.destroy();
  server.closeAllConnections();
  server.close();
});

function take(by: ImageIntake["take"], given: typeof answer = {}) {
  [intake, answer] = [by, given];
  return lambdaImageIntake({ client, functionArn }).take(upload, destination, from("10.0.0.7"));
}

describe("images taken in by another function", () => {
  test("are those of the request, for the network that sent it", async () => {
    const seen: unknown[] = [];
    const taken = await take(async (...request) => {
      seen.push(...request.slice(0, 2), request[2].network);
      return { original };
    });
    expect(taken).toEqual({ original });
    expect(seen).toEqual([upload, destination, "10.0.0.7"]);
  });

  test("are none if there was no upload", async () => {
    expect(await take(async () => undefined)).toBeUndefined();
  });

  test("a refusal arrives as it was", async () => {
    const refusal = fieldError("damaged_image", "image", "is damaged");
    const refused = take(async () => {
      throw refusal;
    });
    await expect(refused).rejects.toMatchObject({ code: "damaged_image", faults: refusal.faults });
    const busy = take(async () => {
      throw new AppError("too_many_requests", "network holds its share", { retryAfterMs: 5_000 });
    });
    await expect(busy).rejects.toMatchObject({ code: "too_many_requests", retryAfterMs: 5_000 });
  });

  test.each([
    ["is stopped by its time", { headers: { "x-amz-function-error": "Unhandled" }, body: "{}" }],
    [
      "has no place left",
      { status: 429, headers: { "x-amzn-errortype": "TooManyRequestsException" }, body: "{}" },
    ],
  ])("are unavailable if the function %s", async (_name, given) => {
    const taken = take(async () => undefined, given);
    await expect(taken).rejects.toMatchObject({ code: "unavailable" });
  });

  test("are not asked for by a request that was aborted", async () => {
    const signal = AbortSignal.abort(new AppError("unavailable", "client is gone"));
    const taken = lambdaImageIntake({ client, functionArn }).take(upload, destination, {
      ...patient,
      signal,
    });
    await expect(taken).rejects.toThrow("client is gone");
  });

  test("a function takes no other keys than those of uploads and pictures", async () => {
    const signal = new AbortController().signal;
    const answerTo = (event: unknown) => answerImageRequest({ take: async () => undefined }, event, signal);
    const good = { upload, destination, network: "10.0.0.7" };
    expect(await answerTo(good)).toEqual({ taken: null });
    for (const key of ["pictures/abc/def/0.png", "incoming/../pictures/a", "incoming/"])
      await expect(answerTo({ ...good, upload: { key } })).rejects.toThrow("not an upload");
    for (const prefix of ["incoming/", "backups/", "pictures/../images/", "pictures/abc"])
      await expect(answerTo({ ...good, destination: { ...destination, prefix } })).rejects.toThrow(
        "not a destination",
      );
  });
});

test("SLS-21 each error of Lambda is known as temporary, or as a bug", () => {
  const ofOurs =
    /^(AliasLimit|Callback|Capacity|Code|Durable|EFS|ENI|EC2Access|Function|Invalid|KMS|Mode|NoPublished|Policy|Precondition|Provisioned|Public|Recursive|Request|ResourceInUse|ResourceNotFound|S3|Serialized|ServiceQuota|SnapStart|Subnet|Unsupported)/;
  const names = Object.keys(lambda).filter(
    (name) => name.endsWith("Exception") && name !== "LambdaServiceException",
  );
  expect(names.length).toBeGreaterThan(40);
  const isTemporary = (name: string) =>
    lambdaOutages.has(name) || isOutage(Object.assign(new Error("said by AWS"), { name }));
  expect(names.filter((name) => isTemporary(name) === ofOurs.test(name))).toEqual([]);
});
