import { account } from "../../emulator/rights.ts";
import type { Answer, Call } from "./call.ts";
import { namespace, noContent, requireMatch, xml } from "./cloudfront-answers.ts";
import { ApiError } from "./refusal.ts";
import { child, elements, texts } from "./xml.ts";

interface Stage {
  readonly config: string;
  readonly code: Buffer;
  readonly etag: string;
  readonly modified: string;
}

interface ViewerFunction {
  readonly name: string;
  readonly created: string;
  development: Stage;
  live: Stage | undefined;
}

export interface FunctionsProps {
  readonly at: () => string;
  readonly newTag: () => string;
  readonly isUsed: (arn: string) => boolean;
  /** Throws the refusal unless there is a key value store of that ARN. */
  readonly requireStore: (arn: string) => void;
}

const arnOf = (name: string) => `arn:aws:cloudfront::${account}:function/${name}`;

/** CloudFront Functions: code in development until it is published. They are kept, and run by the edge. */
export function cloudfrontFunctions({ at, newTag, isUsed, requireStore }: FunctionsProps) {
  const functions = new Map<string, ViewerFunction>();

  function staged(body: string): Stage {
    const inside = elements(body)[0]?.inner ?? "";
    const code = Buffer.from(child(inside, "FunctionCode") ?? "", "base64");
    if (code.length > 10_240)
      throw new ApiError("FunctionSizeLimitExceeded", "The function exceeds the maximum size of 10 KB.", 413);
    const config = child(inside, "FunctionConfig") ?? "";
    for (const arn of texts(config, "KeyValueStoreARN")) requireStore(arn);
    return { config, code, etag: newTag(), modified: at() };
  }

  function create(call: Call): Answer {
    const body = call.body.toString();
    const name = child(elements(body)[0]?.inner ?? "", "Name") ?? "";
    if (functions.has(name))
      throw new ApiError("FunctionAlreadyExists", "A function with the same name already exists.", 409);
    const made = { name, created: at(), development: staged(body), live: undefined };
    functions.set(name, made);
    return xml(201, summary(made, "DEVELOPMENT"), {
      etag: made.development.etag,
      location: `https://cloudfront.amazonaws.com${call.rawPath}/${name}`,
    });
  }

  function read(found: ViewerFunction, call: Call, describes: boolean): Answer {
    const name = call.query.find(([key]) => key === "Stage")?.[1] === "LIVE" ? "LIVE" : "DEVELOPMENT";
    const stage = name === "LIVE" ? found.live : found.development;
    if (stage === undefined) throw missing();
    const headers = { etag: stage.etag };
    if (describes) return xml(200, summary(found, name), headers);
    return {
      status: 200,
      headers: { ...headers, "content-type": "application/octet-stream" },
      body: stage.code,
    };
  }

  function answer(call: Call): Answer {
    const [, , , name = "", sub] = call.path.split("/");
    if (name === "" && call.method === "POST") return create(call);
    if (name === "") return list();
    const found = functions.get(name);
    if (found === undefined) throw missing();
    if (call.method === "GET") return read(found, call, sub === "describe");
    requireMatch(call, found.development.etag);
    if (call.method === "POST" && sub === "publish") {
      found.live = { ...found.development, etag: newTag(), modified: at() };
      return xml(200, summary(found, "LIVE"));
    }
    if (call.method === "PUT") {
      found.development = staged(call.body.toString());
      const { etag } = found.development;
      return xml(200, summary(found, "DEVELOPMENT"), { etag, ettag: etag }); // AWS misspells it here
    }
    if (call.method !== "DELETE")
      throw new ApiError("NotImplemented", "The local CloudFront does not test functions.", 501);
    if (isUsed(arnOf(name)))
      throw new ApiError("FunctionInUse", "The function is attached to a distribution.", 409);
    functions.delete(name);
    return noContent;
  }

  function list(): Answer {
    const items = [...functions.values()].map((one) => summary(one, "DEVELOPMENT")).join("");
    return xml(
      200,
      `<FunctionList ${namespace}><MaxItems>100</MaxItems><Quantity>${functions.size}</Quantity><Items>${items}</Items></FunctionList>`,
    );
  }

  /** Refuses an association with a function that viewers would not reach. */
  function requirePublished(arn: string): void {
    const found = [...functions.values()].find(({ name }) => arnOf(name) === arn);
    if (found?.live !== undefined) return;
    throw new ApiError(
      "InvalidFunctionAssociation",
      `The function ${arn} does not exist or is not published.`,
      400,
    );
  }

  /** What is inside the configuration of each, in development and live. */
  const configs = () =>
    [...functions.values()].flatMap(({ development, live }) => [development.config, live?.config ?? ""]);

  return { answer, requirePublished, configs };
}

function summary(
  { name, created, development, live }: ViewerFunction,
  shown: "DEVELOPMENT" | "LIVE",
): string {
  const stage = (shown === "LIVE" && live) || development;
  const status = live === undefined ? "UNPUBLISHED" : "DEPLOYED";
  return [
    `<FunctionSummary ${namespace}><Name>${name}</Name><Status>${status}</Status>`,
    `<FunctionConfig>${stage.config}</FunctionConfig><FunctionMetadata><FunctionARN>${arnOf(name)}</FunctionARN>`,
    `<Stage>${shown}</Stage><CreatedTime>${created}</CreatedTime><LastModifiedTime>${stage.modified}</LastModifiedTime>`,
    `</FunctionMetadata></FunctionSummary>`,
  ].join("");
}

const missing = () => new ApiError("NoSuchFunctionExists", "The specified function does not exist.", 404);
