import { createHash } from "node:crypto";
import { account } from "../../emulator/rights.ts";
import { type Answer, type Call, type Forward, type Json, jsonOf } from "./call.ts";
import { ApiError } from "./refusal.ts";
import { invocationOf } from "./requested-rights.ts";

export interface Invocation {
  readonly region: string;
  readonly functionName: string;
  /** A version or an alias. */
  readonly qualifier: string | undefined;
  readonly type: "RequestResponse" | "Event" | "DryRun";
  readonly payload: Buffer;
}

/** Runs a function; its answer is that of the API operation Invoke. */
export type Invoke = (invocation: Invocation) => Promise<Answer>;

const codePath = "/_code/";

/**
 * Lambda: what the emulator forgets (logging settings, the code), and no invocation by it. `ownUrl` is where the code
 * of a function can be fetched, by its SHA-256: AWS gives such an address out to those who may read the function.
 */
export function lambda(invoke: Invoke | undefined) {
  const logging = new Map<string, unknown>();
  const codes = new Map<string, Buffer>();
  // Removed here alone: moto would give the number of a removed version to the next one, AWS never does.
  const removed = new Set<string>();

  /** The code that `Code.Location` names; undefined for any other path. */
  function code(path: string): Answer | undefined {
    if (!path.startsWith(codePath)) return undefined;
    const zip = codes.get(path.slice(codePath.length));
    if (zip === undefined) return { status: 404, headers: {}, body: "" };
    return { status: 200, headers: { "content-type": "application/zip" }, body: zip };
  }

  function remember(call: Call, name: string, sent: Json): void {
    const key = `${call.region} ${name}`;
    if (call.method === "DELETE" && /functions\/[^/]+$/.test(call.path)) forget(key);
    if (sent["LoggingConfig"] !== undefined) logging.set(key, sent["LoggingConfig"]);
    const zip = sent["ZipFile"] ?? (sent["Code"] as Json | undefined)?.["ZipFile"];
    if (typeof zip === "string") keepCode(Buffer.from(zip, "base64"));
  }

  function forget(key: string): void {
    logging.delete(key);
    for (const version of removed) if (version.startsWith(`${key} `)) removed.delete(version);
  }

  function keepCode(zip: Buffer): void {
    codes.set(createHash("sha256").update(zip).digest("hex"), zip);
  }

  function corrected(call: Call, got: Json, ownUrl: string): Json {
    if (Array.isArray(got["Functions"])) return { ...got, Functions: each(call, got["Functions"]) };
    if (Array.isArray(got["Versions"])) return { ...got, Versions: each(call, got["Versions"]) };
    if (got["Configuration"] === undefined) return withLogging(call, got);
    const configuration = withLogging(call, got["Configuration"] as Json);
    const sha256 = Buffer.from(String(configuration["CodeSha256"]), "base64").toString("hex");
    const location = codes.has(sha256) && { Location: `${ownUrl}${codePath}${sha256}` };
    return { ...got, Configuration: configuration, Code: { ...(got["Code"] as Json), ...location } };
  }

  const each = (call: Call, functions: Json[]) =>
    functions
      .filter(({ FunctionName, Version }) => !removed.has(`${call.region} ${FunctionName} ${Version}`))
      .map((one) => withLogging(call, one));

  function withLogging(call: Call, configuration: Json): Json {
    const { FunctionName: name } = configuration;
    if (typeof name !== "string") return configuration;
    const standard = { LogFormat: "Text", LogGroup: `/aws/lambda/${name}` };
    return { ...configuration, LoggingConfig: logging.get(`${call.region} ${name}`) ?? standard };
  }

  /** Refuses what concerns a removed version, and removes one; undefined for any other call. */
  function removedVersion(call: Call, name: string, qualifier: string | undefined): Answer | undefined {
    if (qualifier === undefined || !/^\d+$/.test(qualifier)) return undefined;
    const version = `${call.region} ${name} ${qualifier}`;
    if (removed.has(version)) {
      const arn = `arn:aws:lambda:${call.region}:${account}:function:${name}:${qualifier}`;
      throw new ApiError("ResourceNotFoundException", `Function not found: ${arn}`, 404);
    }
    if (call.method !== "DELETE" || !/functions\/[^/]+\/?$/.test(call.path)) return undefined;
    removed.add(version);
    return { status: 204, headers: {}, body: "" };
  }

  async function answer(call: Call, forward: Forward, ownUrl: string): Promise<Answer> {
    const invoked = invocationOf(call);
    if (invoked !== undefined) return invokeBy(invoke, call, invoked);
    const sent = jsonOf(call);
    const [, inPath] = /^\/\d{4}-\d\d-\d\d\/functions\/([^/]+)/.exec(call.path) ?? [];
    const [name = String(sent["FunctionName"]), inName] =
      inPath?.split(":function:").at(-1)?.split(":") ?? [];
    const qualifier = inName ?? call.query.find(([key]) => key === "Qualifier")?.[1];
    const gone = removedVersion(call, name, qualifier ?? (sent["FunctionVersion"] as string | undefined));
    if (gone !== undefined) return gone;
    const given = await forward(call);
    if (given.status >= 300 || !/^\/\d{4}-\d\d-\d\d\/functions/.test(call.path)) return given;
    remember(call, name, sent);
    if (given.body.length === 0) return given;
    return { ...given, body: JSON.stringify(corrected(call, jsonOf(given), ownUrl)) };
  }

  return { answer, code };
}

async function invokeBy(
  invoke: Invoke | undefined,
  call: Call,
  { name, qualifier }: { name: string; qualifier: string | undefined },
): Promise<Answer> {
  if (invoke === undefined) throw new ApiError("ServiceException", "No runner invokes functions here.", 500);
  const type = (call.headers.get("x-amz-invocation-type") ?? "RequestResponse") as Invocation["type"];
  return invoke({ region: call.region, functionName: name, qualifier, type, payload: call.body });
}
