import { expect, test } from "@jest/globals";
import { readApi } from "../../../../local-cloud/serverless/http-api/read-api.ts";

const endpoint = process.env["MOTO_URL"]!;
const authorization =
  "AWS4-HMAC-SHA256 Credential=operator/20260101/us-east-1/apigateway/aws4_request, SignedHeaders=host, Signature=x";

async function call(method: string, path: string, body?: object): Promise<any> {
  const sent = body === undefined ? {} : { body: JSON.stringify(body) };
  const answer = await fetch(new URL(path, endpoint), { method, headers: { authorization }, ...sent });
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
  return answer.json();
}

test("an API is read from moto as it was declared", async () => {
  const { apiId } = await call("POST", "/v2/apis", {
    name: "api",
    protocolType: "HTTP",
    corsConfiguration: { allowOrigins: ["https://site.example"], allowMethods: ["GET"], maxAge: 60 },
  });
  const functionArn = "arn:aws:lambda:us-east-1:123456789012:function:api:live";
  const { integrationId } = await call("POST", `/v2/apis/${apiId}/integrations`, {
    integrationType: "AWS_PROXY",
    integrationUri: `arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/${functionArn}/invocations`,
    payloadFormatVersion: "2.0",
    timeoutInMillis: 29_000,
  });
  const jwtConfiguration = { issuer: "https://issuer.example", audience: ["web"] };
  const { authorizerId } = await call("POST", `/v2/apis/${apiId}/authorizers`, {
    name: "jwt",
    authorizerType: "JWT",
    identitySource: ["$request.header.Authorization"],
    jwtConfiguration,
  });
  const target = `integrations/${integrationId}`;
  await call("POST", `/v2/apis/${apiId}/routes`, { routeKey: "$default", target });
  await call("POST", `/v2/apis/${apiId}/routes`, {
    routeKey: "GET /me",
    target,
    authorizationType: "JWT",
    authorizerId,
    authorizationScopes: ["read"],
  });
  await call("POST", `/v2/apis/${apiId}/stages`, {
    stageName: "$default",
    defaultRouteSettings: { throttlingBurstLimit: 50, throttlingRateLimit: 100 },
    routeSettings: { "GET /me": { throttlingBurstLimit: 1, throttlingRateLimit: 2 } },
    accessLogSettings: {
      destinationArn: "arn:aws:logs:us-east-1:123456789012:log-group:api",
      format: "$context.requestId",
    },
  });
  const props = { apiId, stage: "$default", accountId: "123456789012", region: "us-east-1" };
  const api = await readApi((path) => call("GET", path), props);
  expect(api).toEqual({
    ...props,
    throttle: { burst: 50, ratePerSecond: 100 },
    accessLogFormat: "$context.requestId",
    cors: {
      allowOrigins: ["https://site.example"],
      allowMethods: ["GET"],
      allowHeaders: [],
      exposeHeaders: [],
      allowCredentials: false,
      maxAgeS: 60,
    },
    routes: expect.arrayContaining([
      {
        key: "$default",
        functionArn,
        timeoutMs: 29_000,
        authorizer: undefined,
        scopes: [],
        throttle: undefined,
      },
      {
        key: "GET /me",
        functionArn,
        timeoutMs: 29_000,
        authorizer: jwtConfiguration,
        scopes: ["read"],
        throttle: { burst: 1, ratePerSecond: 2 },
      },
    ]),
  });
});
