import { createHash } from "node:crypto";
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

  /** The code that `Code.Location` names; undefined for any other path. */
  function code(path: string): Answer | undefined {
    if (!path.startsWith(codePath)) return undefined;
    const zip = codes.get(path.slice(codePath.length));
    if (zip === undefined) return { status: 404, headers: {}, body: "" };
    return { status: 200, headers: { "content-type": "application/zip" }, body: zip };
  }

  function remember(call: Call, name: string | undefined, sent: Json): void {
    const key = `${call.region} ${name}`;
    if (call.method === "DELETE" && /functions\/[^/]+$/.test(call.path)) logging.delete(key);
    if (sent["LoggingConfig"] !== undefined) logging.set(key, sent["LoggingConfig"]);
    const zip = sent["ZipFile"] ?? (sent["Code"] as Json | undefined)?.["ZipFile"];
    if (typeof zip === "string") keepCode(Buffer.from(zip, "base64"));
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

  const each = (call: Call, functions: Json[]) => functions.map((one) => withLogging(call, one));

  function withLogging(call: Call, configuration: Json): Json {
    const { FunctionName: name } = configuration;
    if (typeof name !== "string") return configuration;
    const standard = { LogFormat: "Text", LogGroup: `/aws/lambda/${name}` };
    return { ...configuration, LoggingConfig: logging.get(`${call.region} ${name}`) ?? standard };
  }

  async function answer(call: Call, forward: Forward, ownUrl: string): Promise<Answer> {
    const invoked = invocationOf(call);
    if (invoked !== undefined) return invokeBy(invoke, call, invoked);
    const sent = jsonOf(call);
    const given = await forward(call);
    const [, inPath] = /^\/\d{4}-\d\d-\d\d\/functions\/([^/]+)/.exec(call.path) ?? [];
    if (given.status >= 300 || !/^\/\d{4}-\d\d-\d\d\/functions/.test(call.path)) return given;
    const name = inPath?.split(":function:").at(-1)?.split(":")[0] ?? sent["FunctionName"];
    remember(call, name as string | undefined, sent);
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
