import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { invokingClient } from "../../../deploy/serverless/clients.ts";
import { answerOf } from "../../../deploy/serverless/job-answer.ts";

let invocations = 0;
let answer: (response: ServerResponse) => void;
const lambda = createServer((_request, response) => {
  invocations += 1;
  answer(response);
});
let endpoint: string;

beforeAll(async () => {
  lambda.listen(0, "127.0.0.1");
  await once(lambda, "listening");
  endpoint = `http://127.0.0.1:${(lambda.address() as AddressInfo).port}`;
});
afterAll(() => void lambda.close());

test("SLS-48 a check whose connection is cut is not started a second time, and can be asked for again", async () => {
  const access = { AWS_ENDPOINT_URL: endpoint, AWS_ACCESS_KEY_ID: "id", AWS_SECRET_ACCESS_KEY: "key" };
  const client = invokingClient(access, "us-east-1");
  const check = () =>
    answerOf(client, {
      functionName: "tintype-dev-jobs",
      event: { job: "integrity" },
      again: "make integrity",
      logs: "make logs",
    });
  answer = (response) => response.destroy();
  await expect(check()).rejects.toThrow(/connection was cut.*make logs\nTo run it again: make integrity/);
  expect(invocations).toBe(1);
  answer = (response) =>
    response
      .writeHead(429, { "x-amzn-errortype": "TooManyRequestsException", "content-type": "application/json" })
      .end("{}");
  await expect(check()).rejects.toThrow("Another job runs. When it has ended: make integrity");
  expect(invocations).toBe(2);
  answer = (response) => response.end(JSON.stringify({ faults: 0, objects: { checked: 20_000 } }));
  expect(await check()).toEqual({ faults: 0, objects: { checked: 20_000 } });
  client.destroy();
});
