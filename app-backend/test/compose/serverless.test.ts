import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Writable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { afterAll, expect, test } from "@jest/globals";
import { openApi } from "../../src/compose/serverless.ts";
import { apiConfig } from "../../src/config/serverless.ts";
import { edgeProofHeader } from "../../src/http/edge-proof.ts";
import { lambdaHandler } from "../../src/process/lambda-handler.ts";
import { type HttpAnswer, httpEvent } from "../lambda-event.ts";

const proof = "p".repeat(64);
let isThrottled = true;

const ssm = createServer((request, response) => {
  void buffer(request).then((body) => {
    if (isThrottled) return void response.writeHead(400).end('{"__type":"ThrottlingException"}');
    const { Names } = JSON.parse(String(body)) as { Names: string[] };
    const common = { Value: proof, Version: 1, LastModifiedDate: 1_795_734_000 };
    return void response.end(JSON.stringify({ Parameters: Names.map((Name) => ({ Name, ...common })) }));
  });
});

const variables = {
  AWS_ACCESS_KEY_ID: "id",
  AWS_SECRET_ACCESS_KEY: "key",
  AWS_REGION: "us-east-1",
};
const before = { ...process.env };
afterAll(() => {
  process.env = before;
  ssm.close();
});

test("SLS-21 a cold start while SSM is throttled refuses requests as unavailable, until it is not", async () => {
  ssm.listen(0, "127.0.0.1");
  await once(ssm, "listening");
  const endpoint = `http://127.0.0.1:${(ssm.address() as AddressInfo).port}`;
  Object.assign(process.env, variables, { AWS_ENDPOINT_URL_SSM: endpoint });
  const config = apiConfig({
    ...variables,
    BUCKET: "pictures",
    RECORDS_TABLE: "records",
    EXPIRING_TABLE: "expiring",
    USER_POOL_ID: "us-east-1_abcdefghi",
    USER_POOL_CLIENT_ID: "client",
    METRICS_NAMESPACE: "Tintype/test",
    SECRETS_PATH: "/tintype/test",
    IMAGES_FUNCTION: "arn:aws:lambda:us-east-1:123456789012:function:tintype-test-images:live",
    SITE_ORIGIN: "https://d111111abcdef8.cloudfront.net",
    LOG_LEVEL: "silent",
  });
  const handler = lambdaHandler(
    (await openApi(config, { logTo: new Writable({ write: (_chunk, _encoding, done) => done() }) })).current,
  );
  const health = async () =>
    (await handler(
      httpEvent({ path: "/api/health", headers: { [edgeProofHeader]: proof } }),
      {},
    )) as HttpAnswer;
  const refused = await health();
  expect(refused).toMatchObject({
    statusCode: 503,
    headers: { "retry-after": "5", "cache-control": "no-store" },
  });
  expect(JSON.parse(refused.body)).toMatchObject({ code: "unavailable", status: 503 });
  isThrottled = false;
  expect(await health()).toMatchObject({ statusCode: 200 });
});
