import { createContext, Script } from "node:vm";
import type { ViewerFunction } from "./distribution.ts";

/** https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cloudfront-limits.html */
const maxCodeBytes = 10 * 1024;
/** There it is about 1 ms of CPU; here the time of a busy machine. */
const maxRunMs = 500;

interface Value {
  readonly value: string;
  readonly multiValue?: readonly { readonly value: string }[];
}
type Values = Readonly<Record<string, Value>>;

/** https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/functions-event-structure.html */
export interface FunctionRequest {
  readonly method: string;
  readonly uri: string;
  readonly querystring: Values;
  readonly headers: Values;
  readonly cookies: Values;
}

export interface FunctionResponse {
  readonly statusCode: number;
  readonly headers?: Values;
  readonly body?: string | { readonly data: string; readonly encoding: "text" | "base64" };
}

export interface RunViewerFunctionProps {
  readonly viewerFunction: ViewerFunction;
  readonly event: { readonly request: FunctionRequest } & Readonly<Record<string, unknown>>;
  /** Of the function's key value store; undefined for a key that is not there. */
  readonly keyValue: (functionName: string, key: string) => Promise<string | undefined>;
}

/**
 * What a `cloudfront-js-2.0` function makes of a request: a request, or a response in its place. An Error if it fails, takes
 * too long, or changes what it may only read. No network, no timers, no `eval`.
 */
export async function runViewerFunction({ viewerFunction, event, keyValue }: RunViewerFunctionProps) {
  const { name, code } = viewerFunction;
  if (Buffer.byteLength(code) > maxCodeBytes) throw new Error(`Function ${name} is larger than 10 KB`);
  const get = async (key: string) => {
    const value = await keyValue(name, key);
    if (value === undefined) throw new Error(`KeyNotFound: ${key}`);
    return value;
  };
  const exists = async (key: string) => (await keyValue(name, key)) !== undefined;
  const cf = { kvs: () => ({ get, exists }) };
  const output = await withinTime(preparedFunction(code)(cf, JSON.stringify(event)), name);
  const result = JSON.parse(output) as FunctionRequest | FunctionResponse;
  if ("statusCode" in result) return result;
  for (const readOnly of ["host", "via", "content-length", "transfer-encoding"]) {
    if (result.headers[readOnly]?.value !== event.request.headers[readOnly]?.value) {
      throw new Error(`Function ${name} changed the header ${readOnly}`);
    }
  }
  const disallowed = Object.keys(result.headers).find(isDisallowed);
  if (disallowed !== undefined) throw new Error(`Function ${name} added the header ${disallowed}`);
  return result;
}

/**
 * Headers that functions do not see and must not add:
 * https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/edge-function-restrictions-all.html
 */
export const isDisallowed = (header: string) =>
  /^(connection|expect|keep-alive|proxy-(authenticate|authorization|connection)|trailer|upgrade|x-(accel|amz-cf|amzn|edge)-.*|x-cache|x-forwarded-proto|x-real-ip)$/i.test(
    header,
  );

type Run = (cf: object, input: string) => Promise<string>;
const prepared = new Map<string, Run>();

/** Made once for each code: a context costs more than a run. A run shares no variable with another, by strict mode. */
function preparedFunction(code: string): Run {
  const known = prepared.get(code);
  if (known !== undefined) return known;
  const plain = code.replaceAll(/^\s*import\s+\w+\s+from\s+["']cloudfront["'];?/gm, "");
  const given: { cf?: object; input?: string } & Record<string, unknown> = { console: { log: () => {} } };
  const context = createContext(given, { codeGeneration: { strings: false, wasm: false } });
  new Script(
    `const main = async (${importedName(code)}, input) => { "use strict"; ${plain}
    return JSON.stringify(await handler(JSON.parse(input))); }`,
  ).runInContext(context, { timeout: maxRunMs });
  const call = new Script("main(cf, input)");
  // A time limit takes a thread for each run. What has no loop ends by itself.
  const limit = /\b(for|while|do)\b(?=\s*(await\s*)?[({])/.test(plain) ? { timeout: maxRunMs } : {};
  const run: Run = (cf, input) => {
    Object.assign(given, { cf, input });
    return call.runInContext(context, limit) as Promise<string>;
  };
  prepared.set(code, run);
  return run;
}

const importedName = (code: string) =>
  /^\s*import\s+(\w+)\s+from\s+["']cloudfront["']/m.exec(code)?.[1] ?? "cf";

async function withinTime<T>(work: Promise<T>, name: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`Function ${name} took too long`)), 10 * maxRunMs);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}

/** `a=1&a=2` as functions see it, undecoded. */
export function valuesOf(pairs: readonly (readonly [string, string])[]): Values {
  const values: Record<string, { value: string; multiValue?: { value: string }[] }> = {};
  for (const [name, value] of pairs) {
    const known = values[name];
    if (known === undefined) values[name] = { value };
    else known.multiValue = [...(known.multiValue ?? [{ value: known.value }]), { value }];
  }
  return values;
}

export const pairsOf = (values: Values): [string, string][] =>
  Object.entries(values).flatMap(([name, { value, multiValue }]) =>
    (multiValue ?? [{ value }]).map((one): [string, string] => [name, one.value]),
  );
