import { randomBytes } from "node:crypto";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { keyPairOf } from "../../../src/adapters/jwt/key-pairs.ts";
import { keySet } from "../../../src/adapters/jwt/key-set.ts";
import { eventually } from "../../eventually.ts";
import { asJson, keySource } from "../../key-source.ts";

const [first, second] = [keyPairOf(randomBytes(64)), keyPairOf(randomBytes(64))];
const unavailable = expect.objectContaining({ code: "unavailable" });

let source: Awaited<ReturnType<typeof keySource>>;
let seconds: number;
let faults: unknown[];

beforeEach(async () => {
  [seconds, faults] = [0, []];
  source = await keySource(asJson({ keys: [first.jwk] }));
});
afterEach(() => source.close());

const open = (path = "") =>
  keySet({
    url: `${source.url}${path}`,
    clock: () => seconds * 1000,
    onFault: (error) => faults.push(error),
  });

const faulty: [what: string, answer: Parameters<typeof keySource>[0]][] = [
  ["500", (response) => response.writeHead(500).end(JSON.stringify({ keys: [second.jwk] }))],
  ["no keys", asJson({ keys: [] })],
  ["no set", asJson(null)],
  [
    "only keys of other kinds",
    asJson({ keys: [{ kty: "RSA", kid: first.kid, n: "AQAB", e: "AQAB" }, null] }),
  ],
  ["a page", (response) => response.end("<!doctype html>")],
  ["half a set", (response) => response.end(JSON.stringify({ keys: [second.jwk] }).slice(0, -9))],
  ["a redirect", (response) => response.writeHead(302, { location: "/" }).end()],
  [
    "50 MB",
    (response) => {
      const chunk = Buffer.alloc(1 << 20, " ");
      for (let index = 0; index < 50; index += 1) response.write(chunk);
      response.end();
    },
  ],
  ["nothing", () => undefined],
];

describe("the keys of another place", () => {
  test.each(faulty)("VER-12 stay in use for an hour if there is %s in their place", async (_what, answer) => {
    const keys = open();
    expect(await keys.get(first.kid)).toBeDefined();
    source.answers(answer);
    seconds = 31;
    expect(await keys.get(first.kid)).toBeDefined();
    await eventually(() => faults.length === 1);
    expect(keys.ageMs()).toBe(31_000);
    seconds = 3_601;
    await expect(keys.get(first.kid)).rejects.toThrow(unavailable);
    source.answers(asJson({ keys: [first.jwk] }));
    seconds = 3_606;
    expect(await keys.get(first.kid)).toBeDefined();
  });

  test.each(faulty)(
    "VER-12 are unavailable and not unknown if there is %s at the start",
    async (_what, answer) => {
      source.answers(answer);
      const keys = open();
      await expect(keys.ready()).rejects.toThrow(unavailable);
      await expect(keys.get(first.kid)).rejects.toThrow(unavailable);
      expect(source.count()).toBe(1);
      source.answers(asJson({ keys: [first.jwk] }));
      seconds = 5;
      expect(await keys.get(first.kid)).toBeDefined();
      await keys.ready();
    },
  );

  test("VER-12 are not waited for while a source hangs and the last ones can be used", async () => {
    const keys = open();
    await keys.ready();
    source.answers(() => undefined);
    seconds = 31;
    expect(await keys.get(first.kid)).toBeDefined();
    expect(faults).toEqual([]); // it has not been given up yet
    await eventually(() => faults.length === 1);
  });

  test("VER-12 a key that is left out is unknown after 30 seconds", async () => {
    const keys = open();
    expect(await keys.get(first.kid)).toBeDefined();
    source.answers(asJson({ keys: [second.jwk] }));
    seconds = 30;
    expect(await keys.get(first.kid)).toBeUndefined();
    expect(await keys.get(second.kid)).toBeDefined();
  });

  test("VER-12 a new key is found at once, and 1,000 unknown ones cause one request in 5 seconds", async () => {
    const keys = open();
    await keys.ready();
    source.answers(asJson({ keys: [first.jwk, second.jwk] }));
    seconds = 5;
    expect(await keys.get(second.kid)).toBeDefined();
    await Promise.all(Array.from({ length: 1_000 }, (_, index) => keys.get(`unknown ${index}`)));
    expect(source.count()).toBe(2);
  });

  test("VER-12 are asked for once by all who wait", async () => {
    const keys = open();
    await Promise.all(Array.from({ length: 50 }, () => keys.get(first.kid)));
    expect(source.count()).toBe(1);
  });

  test("VER-09 an id that stands for two keys, or is none, stands for no key", async () => {
    const twice = [first.jwk, { ...second.jwk, kid: first.kid }];
    source.answers(asJson({ keys: [...twice, { ...second.jwk, kid: 7 }, second.jwk] }));
    const keys = open();
    expect(await keys.get(first.kid)).toBeUndefined();
    for (const kid of ["__proto__", "constructor", "7", "", "k".repeat(10_000)])
      expect(await keys.get(kid)).toBeUndefined();
    expect(await keys.get(second.kid)).toBeDefined();
  });
});
