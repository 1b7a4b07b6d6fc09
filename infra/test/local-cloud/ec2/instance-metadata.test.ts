import { once } from "node:events";
import { type IncomingMessage, request as httpRequest } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach, expect, test } from "@jest/globals";
import { localCredentials } from "../../../local-cloud/emulator/credentials.ts";
import { createMetadataService } from "../../../local-cloud/ec2/instance-metadata.ts";

const credentials = localCredentials(() => new Date());
const clock = { now: new Date() };
const asked: string[] = [];
let profile: () => Promise<string | undefined>;

const service = createMetadataService({
  credentials,
  profileAt(privateIp) {
    asked.push(privateIp);
    return profile();
  },
  now: () => clock.now,
});

let origin: string;
beforeAll(async () => {
  service.listen(0, "127.0.0.1");
  await once(service, "listening");
  origin = `http://127.0.0.1:${(service.address() as AddressInfo).port}`;
});
afterAll(async () => {
  service.closeAllConnections();
  await new Promise((resolve) => service.close(resolve));
});
beforeEach(() => {
  asked.splice(0);
  clock.now = new Date();
  profile = async () => "backend";
});

const root = "/latest/meta-data/iam/security-credentials/";

const life = (seconds: string) => ({ "x-aws-ec2-metadata-token-ttl-seconds": seconds });

const openSession = (headers: Record<string, string>) =>
  fetch(`${origin}/latest/api/token`, { method: "PUT", headers });

const session = async () => (await openSession(life("60"))).text();

const get = async (path: string, token?: string, method = "GET") =>
  fetch(origin + path, { method, headers: { "x-aws-ec2-metadata-token": token ?? (await session()) } });

test.each([root, `${root}backend`, "/", "/latest/api/token"])("refuses %s without a token", async (path) => {
  const answer = await fetch(origin + path);
  expect([answer.status, await answer.text()]).toEqual([401, ""]);
  expect(asked).toEqual([]);
});

test("refuses a token that it has not given", async () => {
  expect((await get(root, "made-up")).status).toBe(401);
  expect((await get(root, "undefined")).status).toBe(401);
});

test("gives another token to each who asks", async () => {
  expect(await session()).not.toBe(await session());
});

test.each(["", "0", "21601", "-1", "1e3", "soon"])(
  "gives no token for a life of '%s' seconds",
  async (ttl) => {
    const answer = await openSession(life(ttl));
    expect([answer.status, await answer.text()]).toEqual([400, ""]);
  },
);

test("gives no token without a life for it, or through a proxy", async () => {
  expect((await openSession({})).status).toBe(400);
  expect((await openSession({ ...life("60"), "x-forwarded-for": "203.0.113.7" })).status).toBe(403);
  expect((await openSession(life("21600"))).status).toBe(200);
});

test("refuses a token that another host was given", async () => {
  const headers = { "x-aws-ec2-metadata-token": await session() };
  const statusFor = async (localAddress: string) => {
    const request = httpRequest(origin + root, { headers, localAddress }).end();
    const [answer] = (await once(request, "response")) as [IncomingMessage];
    answer.resume();
    return answer.statusCode;
  };
  expect([await statusFor("127.0.0.2"), await statusFor("127.0.0.1")]).toEqual([401, 200]);
});

test("refuses a token when its life is over", async () => {
  const token = await session();
  clock.now = new Date(clock.now.getTime() + 59_999);
  expect((await get(root, token)).status).toBe(200);
  clock.now = new Date(clock.now.getTime() + 1);
  expect((await get(root, token)).status).toBe(401);
});

test("names the profile of the instance that asks, by its address", async () => {
  const answer = await get(root);
  expect([answer.status, await answer.text()]).toEqual([200, "backend"]);
  expect(asked).toEqual(["127.0.0.1"]);
});

test("hands out credentials that are good for the profile's role", async () => {
  const answer = await get(`${root}backend`);
  expect(answer.status).toBe(200);
  const issued = (await answer.json()) as Record<string, string>;
  expect(issued).toMatchObject({ Code: "Success", Type: "AWS-HMAC" });
  expect(credentials.secretFor(issued["AccessKeyId"]!, issued["Token"])).toBe(issued["SecretAccessKey"]);
  const lifeMs = Date.parse(issued["Expiration"]!) - Date.parse(issued["LastUpdated"]!);
  expect(Math.abs(lifeMs - 3_600_000)).toBeLessThan(60_000);
});

test("has no credentials of another profile", async () => {
  expect((await get(`${root}frontend`)).status).toBe(404);
});

test("has nothing for an instance without a profile", async () => {
  profile = async () => undefined;
  expect((await get(root)).status).toBe(404);
  expect((await get(`${root}backend`)).status).toBe(404);
});

test("has nothing else", async () => {
  expect((await get("/latest/meta-data/")).status).toBe(404);
  expect((await get(root, undefined, "POST")).status).toBe(404);
});

test("answers 500 where the instances cannot be listed", async () => {
  profile = () => Promise.reject(new Error("the API is away"));
  const answer = await get(root);
  expect([answer.status, await answer.text()]).toEqual([500, ""]);
});
