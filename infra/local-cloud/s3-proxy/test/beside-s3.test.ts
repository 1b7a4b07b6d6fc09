import { afterAll, beforeAll, beforeEach, expect, test } from "@jest/globals";
import { type Server, createServer } from "node:http";
import { createS3Proxy } from "../src/server.ts";
import { closed, codeOf, listening, secretFor, send, urlOf } from "./harness.ts";

const reached: { target: string | undefined; headers: string[] }[] = [];
const store = createServer(({ url: target, headers }, response) => {
  reached.push({ target, headers: Object.keys(headers) });
  response.end();
});
let proxy: Server;

beforeAll(async () => {
  const upstream = new URL(urlOf(await listening(store)));
  proxy = await listening(createS3Proxy({ upstream, secretFor, now: () => new Date() }));
});
afterAll(() => Promise.all([closed(proxy), closed(store)]));
beforeEach(() => {
  reached.splice(0);
});

const origin = { origin: "http://page.test" };
const methods = ["GET", "POST", "OPTIONS"];

test.each([
  "/moto-api/reset",
  "/moto-api",
  "/%6doto-api/reset",
  "//moto-api/reset",
  "///moto-api/reset?x=y",
  "/favicon.ico",
  "/latest/meta-data/iam/",
  "/latest/api/token",
])("does not lead to moto's own %s", async (path) => {
  for (const method of methods) {
    const { status, text } = await send(urlOf(proxy), { method, path, headers: origin });
    expect({ method, status, code: codeOf(text) }).toEqual({ method, status: 404, code: "NoSuchBucket" });
  }
  expect(reached).toEqual([]);
});

test("takes no target that is not a path", async () => {
  for (const method of methods) {
    const path = "http://elsewhere.test/moto-api/reset";
    const { status, text } = await send(urlOf(proxy), { method, path, headers: origin });
    expect({ method, status, code: codeOf(text) }).toEqual({ method, status: 400, code: "InvalidURI" });
  }
  expect(reached).toEqual([]);
});

test("asks the store about another origin with the headers alone that this takes", async () => {
  const headers = {
    ...origin,
    "access-control-request-method": "PUT",
    authorization: "AWS4-HMAC-SHA256 Credential=AKIA/20300101/us-east-1/ec2/aws4_request",
    "x-amz-target": "Service.Action",
  };
  const path = "/photos/latest/api/moto-api";
  expect((await send(urlOf(proxy), { method: "OPTIONS", path, headers })).status).toBe(200);
  expect(reached.map(({ target }) => target)).toEqual([path]);
  expect(reached[0]?.headers.toSorted()).toEqual([
    "access-control-request-method",
    "connection",
    "host",
    "origin",
  ]);
});
