import { randomBytes } from "node:crypto";
import { PutParameterCommand, SSMClient } from "@aws-sdk/client-ssm";
import { afterAll, beforeEach, expect, test } from "@jest/globals";
import { ssmSecrets } from "../../../src/adapters/ssm/secrets.ts";
import { keysInForce, signingKey } from "../../../src/domain/keyring.ts";
import { after } from "../../../src/domain/time.ts";

const minuteMs = 60_000;
const names = ["access-token", "refresh-token", "edge-proof", "factors"];
const client = new SSMClient({ region: "us-east-1", endpoint: process.env["MOTO_URL"]! });
const refused = Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" });
const broken = { send: () => Promise.reject(refused) } as unknown as SSMClient;
let path: string;
let now: Date;
let stale: unknown[];

beforeEach(() => {
  path = `/tintype/${randomBytes(6).toString("hex")}`;
  now = new Date();
  stale = [];
});
afterAll(() => client.destroy());

const newValue = () => randomBytes(48).toString("base64url");

async function put(name: string, Value = newValue()): Promise<string> {
  const Name = `${path}/${name}`;
  await client.send(new PutParameterCommand({ Name, Value, Type: "SecureString", Overwrite: true }));
  return Value;
}

const open = (by = client) =>
  ssmSecrets({ client: by, path, now: () => now, onStale: (error) => stale.push(error) });

test("secrets are read once, and again when they may have changed", async () => {
  const [access] = [await put(names[0]!), await put(names[1]!), await put(names[2]!), await put(names[3]!)];
  const { read } = open();
  const first = await read();
  expect(String(first.accessSecrets.current)).toBe(access);
  const later = await put("access-token");
  expect(await read()).toBe(first);
  now = after(now, 6 * minuteMs);
  expect(String((await read()).accessSecrets.current)).toBe(later);
});

test("SLS-49 a caller that meets an unknown secret has them read at once, and soon after not again", async () => {
  for (const name of names) await put(name);
  let calls = 0;
  const counting = { send: (command: never) => ((calls += 1), client.send(command)) };
  const { read, readAgain } = open(counting as unknown as SSMClient);
  const first = await read();
  now = after(now, 10_001);
  const later = await put("edge-proof");
  expect(await read()).toBe(first);
  expect((await readAgain()).edgeProofs.map(String)).toEqual([later, String(first.edgeProofs[0])]);
  const before = calls;
  for (let tries = 0; tries < 100; tries += 1) await readAgain();
  expect(calls).toBe(before);
});

test("JWT-08 a new secret signs when every environment has read it, and the former one is accepted as long as its tokens live", async () => {
  const [former] = [await put(names[0]!), await put(names[1]!), await put(names[2]!), await put(names[3]!)];
  const latest = await put("access-token");
  const { accessSecrets } = await open().read();
  const signs = (ms: number) => String(signingKey(accessSecrets, after(now, ms)));
  expect(signs(5 * minuteMs)).toBe(former);
  expect(signs(11 * minuteMs)).toBe(latest);
  const accepted = (ms: number) => keysInForce(accessSecrets, after(now, ms), 10 * minuteMs).map(String);
  expect(accepted(15 * minuteMs)).toEqual([latest, former]);
  expect(accepted(25 * minuteMs)).toEqual([latest]);
});

test("SLS-49 the edge's former proof is accepted while the new one spreads", async () => {
  const [, , former] = [
    await put(names[0]!),
    await put(names[1]!),
    await put(names[2]!),
    await put(names[3]!),
  ];
  const latest = await put("edge-proof");
  expect((await open().read()).edgeProofs.map(String)).toEqual([latest, former]);
  now = after(now, 2 * 60 * minuteMs);
  expect((await open().read()).edgeProofs.map(String)).toEqual([latest]);
});

test("IDP-15 secrets of sign-in providers are read with the others, unless they were not filled yet", async () => {
  for (const name of names) await put(name);
  const providers = Array.from({ length: 11 }, (_, index) => `p${index}`);
  const { read } = ssmSecrets({
    ...{ client, path, now: () => now, onStale: () => {} },
    providers: [...providers, "missing"],
  });
  for (const id of providers) await put(`providers/${id}`, id === "p3" ? "none" : `secret of ${id}\n`);
  const filled = providers.filter((id) => id !== "p3").map((id) => [id, `secret of ${id}`] as const);
  const { clientSecrets } = await read();
  expect(Object.fromEntries(clientSecrets)).toEqual(Object.fromEntries(filled));
  await put("providers/p3", "at last");
  now = after(now, 6 * minuteMs);
  expect((await read()).clientSecrets.get("p3")).toBe("at last");
});

test("secrets that cannot be read again go on, and none at all is unavailable", async () => {
  for (const name of names) await put(name);
  let isAway = false;
  const sometimes = { send: (command: never) => (isAway ? broken : client).send(command) };
  const { read } = open(sometimes as unknown as SSMClient);
  const first = await read();
  isAway = true;
  now = after(now, 6 * minuteMs);
  expect(await read()).toBe(first);
  expect(stale).toHaveLength(1);
  await expect(open(broken).read()).rejects.toMatchObject({ code: "unavailable" });
});

test("a secret that is missing or short is named, and not shown", async () => {
  await put(names[0]!);
  await expect(open().read()).rejects.toThrow(`There is no parameter ${path}/refresh-token.`);
  await put(names[1]!, "short secret");
  await put(names[2]!);
  await expect(open().read()).rejects.toThrow(`${path}/refresh-token is too short.`);
});
