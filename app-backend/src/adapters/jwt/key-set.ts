import { createPublicKey, type KeyObject } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { AppError } from "../../domain/app-error.ts";

interface Dependencies {
  readonly url: string;
  /** In milliseconds; it never goes back. */
  readonly clock: () => number;
  /** Called if the set could not be read; the last one that was stays for an hour. */
  readonly onFault: (error: unknown) => void;
}

const timeoutMs = 800; // a proxy waits for one second
/** Longer nothing waits for a new set while the last one can be used: a source that hangs would make proxies give up. */
const patienceMs = 300;
const mostBytes = 64 * 1024;
const freshMs = 30_000; // what the API has caches keep it for: a key is published longer before its first signature
const leastMs = 5_000; // between two requests that failed, and between two for unknown keys
const keptMs = 3_600_000;
const longestKid = 128;

/** Public keys of ES256 behind a URL (RFC 7517), read when they are needed and no longer fresh. */
export function keySet({ url, clock, onFault }: Dependencies) {
  let kept: { readonly keys: ReadonlyMap<string, KeyObject>; readonly atMs: number } | undefined;
  let triedAtMs = -Infinity;
  let reading: Promise<void> | undefined;

  const ageMs = () => (kept ? clock() - kept.atMs : Infinity);

  /** One request for all who wait. Never throws. */
  function read(): Promise<void> {
    triedAtMs = clock();
    reading ??= fetchKeys(url)
      .then((keys) => void (kept = { keys, atMs: clock() }), onFault)
      .finally(() => (reading = undefined));
    return reading;
  }

  async function readIf(isNeeded: boolean): Promise<void> {
    if (reading) return reading;
    if (isNeeded && clock() - triedAtMs >= leastMs) await read();
  }

  return {
    /** The key of that id; undefined if there is none. Throws `unavailable` if no set was read within an hour. */
    async get(kid: string): Promise<KeyObject | undefined> {
      if (kid.length > longestKid) return undefined;
      const isKnown = kept?.keys.has(kid) && ageMs() < keptMs;
      if (!isKnown) await readIf(true);
      else if (ageMs() >= freshMs)
        await Promise.race([readIf(true), sleep(patienceMs, undefined, { ref: false })]);
      if (!kept || ageMs() >= keptMs) throw new AppError("unavailable", "keys of the issuer are away");
      return kept.keys.get(kid);
    },
    /** Reads the set unless it is fresh. Throws `unavailable` like `get`. */
    async ready(): Promise<void> {
      await readIf(ageMs() >= freshMs);
      if (ageMs() >= keptMs) throw new AppError("unavailable", "keys of the issuer are away");
    },
    /** Milliseconds since the set was read; Infinity: never. */
    ageMs,
  };
}

export type KeySet = ReturnType<typeof keySet>;

async function fetchKeys(url: string): Promise<Map<string, KeyObject>> {
  const answer = await fetch(url, { signal: AbortSignal.timeout(timeoutMs), redirect: "error" });
  if (answer.status !== 200) throw new Error(`keys were answered by ${answer.status}`);
  const keys = keysOf(JSON.parse(await textOf(answer)));
  if (keys.size === 0) throw new Error("the set has no key of ES256");
  return keys;
}

async function textOf({ body }: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body ?? []) {
    bytes += chunk.length;
    if (bytes > mostBytes) throw new Error(`the set is larger than ${mostBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

/** Of other keys it knows nothing. An id that stands for two keys stands for none. */
function keysOf(set: { readonly keys?: unknown }): Map<string, KeyObject> {
  if (!Array.isArray(set?.keys)) throw new Error("there is no set of keys");
  const found = new Map<string, KeyObject>();
  const ids: unknown[] = set.keys.map((key) => key?.kid);
  for (const { kty, crv, x, y, kid, alg = "ES256", use = "sig" } of set.keys.map((key) => key ?? {})) {
    const isOurs = kty === "EC" && crv === "P-256" && alg === "ES256" && use === "sig";
    const isUnique = typeof kid === "string" && ids.filter((id) => id === kid).length === 1;
    if (isOurs && isUnique) found.set(kid, createPublicKey({ key: { kty, crv, x, y }, format: "jwk" }));
  }
  return found;
}
