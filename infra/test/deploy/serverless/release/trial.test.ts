import { createServer } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { LambdaClient } from "@aws-sdk/client-lambda";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { type Trial, trialOf, tryVersion } from "../../../../deploy/serverless/release/trial.ts";

interface Said {
  readonly payload: unknown;
  readonly failed?: boolean;
  readonly status?: number;
}

let said: Said[] = [];
const asked: { url: string; event: any }[] = [];
const server = createServer(async (message, response) => {
  asked.push({ url: message.url!, event: JSON.parse(await text(message)) });
  const { payload, failed, status = 200 } = said.length > 1 ? said.shift()! : said[0]!;
  const type = status === 429 && { "x-amzn-errortype": "TooManyRequestsException" };
  const headers = { ...(failed && { "x-amz-function-error": "Unhandled" }), ...type };
  response.writeHead(status, headers).end(JSON.stringify(payload));
});
let client: LambdaClient;

beforeAll(async () => {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const credentials = { accessKeyId: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: "secret" };
  client = new LambdaClient({ endpoint, region: "us-east-1", credentials, maxAttempts: 1 });
});
afterAll(() => {
  client.destroy();
  server.closeAllConnections();
  server.close();
});

const of = {
  functionName: "tintype-dev-api",
  version: "7",
  host: "d1.cloudfront.net",
  proof: "proof",
  serves: false,
};
let now = 0;
const clock = { now: () => now, sleep: async (ms: number) => void (now += ms) };
const attempt = (trial: Trial, ...answers: Said[]) => {
  said = answers;
  return tryVersion(client, trial, clock);
};

test("the API is asked whether it is ready, by number and with the edge's proof", async () => {
  await attempt(trialOf("api", of), { payload: { statusCode: 200, body: "{}" } });
  expect(asked.at(-1)).toMatchObject({
    url: "/2015-03-31/functions/tintype-dev-api/invocations?Qualifier=7",
    event: { version: "2.0", rawPath: "/api/ready", headers: { "edge-proof": "proof" } },
  });
});

test("SLS-37 a version that cannot start is refused with the reason in one line", async () => {
  const payload = {
    errorType: "Error",
    errorMessage: "These settings are missing:\n  RECORDS_TABLE: required",
  };
  const refused = attempt(trialOf("jobs", { ...of, functionName: "tintype-dev-jobs" }), {
    payload,
    failed: true,
  });
  await expect(refused).rejects.toThrow(
    /^Version 7 of tintype-dev-jobs does not work, and does not serve: Error: These settings are missing:$/,
  );
  expect(asked.at(-1)?.event).toEqual({ trial: true });
});

test("SLS-68 rights that have not reached all of AWS are waited for", async () => {
  const denied = { payload: { errorType: "AccessDeniedException", errorMessage: "not yet" }, failed: true };
  const unready = { payload: { statusCode: 503, body: "{}" } };
  await attempt(trialOf("api", of), denied, unready, { payload: { statusCode: 200 } });
});

test("SLS-68 an API that does not become ready is refused after a minute", async () => {
  const before = now;
  const refused = attempt(trialOf("api", of), { payload: { statusCode: 503, body: "no table" } });
  await expect(refused).rejects.toThrow("503 no table");
  expect(now - before).toBeLessThanOrEqual(60_000);
});

describe("a function that runs as often as it may", () => {
  const busy = { payload: { message: "Rate Exceeded." }, status: 429 };
  const jobs = trialOf("jobs", { ...of, functionName: "tintype-dev-jobs" });
  const well = { payload: { ok: true } };

  test("is tried when a job of ten minutes has ended, and says so while it waits", async () => {
    const before = now;
    let waits = 0;
    said = [...Array.from({ length: 300 }, () => busy), well];
    await tryVersion(client, jobs, { ...clock, onBusy: () => (waits += 1) });
    expect([now - before, waits]).toEqual([600_000, 300]);
  });

  test("is given up after the longest that a function may run, with what to do", async () => {
    const before = now;
    await expect(attempt(jobs, busy)).rejects.toThrow(
      /^Version 7 of tintype-dev-jobs could not be tried, .* Deploy again/,
    );
    expect(now - before).toBeGreaterThan(890_000);
    expect(now - before).toBeLessThanOrEqual(900_000);
  });

  test("is not waited for if that version serves already", async () => {
    const before = now;
    await attempt({ ...jobs, serves: true }, busy);
    expect(now).toBe(before);
  });
});
