import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { invokeApi, invokedFunction } from "../../../../local-cloud/serverless/lambda/invoke-api.ts";
import { arnOf, functionOf, startRunner } from "./harness.ts";

let runner: Awaited<ReturnType<typeof startRunner>>;
let invoke: ReturnType<typeof invokeApi>;

beforeAll(async () => {
  const source =
    "export const handler = (event) => { if (event.fail) throw new Error('no'); return event; };";
  runner = await startRunner([
    functionOf("echo", source),
    functionOf("off", source, { reservedConcurrency: 0 }),
  ]);
  invoke = invokeApi(runner, { region: "us-east-1", account: "123456789012" });
});
afterAll(() => runner.stop());

const request = (payload: string, more: object = {}) =>
  invoke({ functionName: "echo", qualifier: undefined, invocationType: undefined, payload, ...more });

test("an answer is 200; so is a fault, which a header names", async () => {
  const answer = await request('{"a":1}');
  expect(answer).toMatchObject({ status: 200, body: '{"a":1}' });
  expect(answer.headers).not.toHaveProperty("x-amz-function-error");
  const fault = await request('{"fail":true}', { functionName: arnOf("echo") });
  expect(fault).toMatchObject({ status: 200, headers: { "x-amz-function-error": "Unhandled" } });
  expect(JSON.parse(fault.body)).toMatchObject({ errorType: "Error", errorMessage: "no" });
});

test.each([
  ["throttled", { functionName: "off" }, 429, "TooManyRequestsException"],
  ["unknown", { functionName: "gone" }, 404, "ResourceNotFoundException"],
  ["no such alias", { qualifier: "live" }, 404, "ResourceNotFoundException"],
  ["not JSON", { payload: "{" }, 400, "InvalidRequestContentException"],
  ["another type", { invocationType: "Maybe" }, 400, "InvalidParameterValueException"],
])("%s: %j is %i %s", async (_, more, status, type) => {
  const answer = await request("{}", more);
  expect(answer).toMatchObject({ status, headers: { "x-amzn-errortype": type } });
});

test("an event is accepted before it runs", async () => {
  expect(await request("{}", { invocationType: "Event" })).toMatchObject({ status: 202, body: "" });
});

test("the path names the function", () => {
  expect(invokedFunction("/2015-03-31/functions/api%3Alive/invocations")).toBe("api:live");
  expect(invokedFunction("/2015-03-31/functions/api")).toBeUndefined();
});
