import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import { openapi } from "../src/http/contract/openapi.ts";

interface Document {
  readonly paths: Record<string, Record<string, { responses: Record<string, Response> }>>;
}
interface Response {
  readonly content?: Record<string, { schema: object }>;
}

const document = openapi("test") as Document;
const ajv = new Ajv2020({ strict: false, allErrors: true, validateFormats: false });
ajv.addSchema(document, "api");
const patterns = Object.keys(document.paths).map(
  (path) => [path, new RegExp(`^${path.replace(/\{\w+\}/g, "[^/]+")}$`)] as const,
);
const validators = new Map<string, ValidateFunction>();

/** Throws unless the response matches the API's description. Routes without a description are ignored. */
export function requireConformance(
  method: string,
  path: string,
  answer: globalThis.Response,
  body: unknown,
): void {
  const [plain = ""] = path.split("?");
  const known = patterns.find(([, pattern]) => pattern.test(plain))?.[0];
  const operation = known && document.paths[known]?.[method.toLowerCase()];
  if (!operation) return;
  const what = `${method} ${known} ${answer.status}`;
  const response = operation.responses[answer.status];
  if (!response) throw new Error(`${what} is not described`);
  if (!response.content) return void require(body, undefined, what);
  const [type = ""] = (answer.headers.get("content-type") ?? "").split(";");
  if (!response.content[type]) throw new Error(`${what} as ${type} is not described`);
  const escape = (part: string) => encodeURIComponent(part.replaceAll("~", "~0").replaceAll("/", "~1"));
  const parts = [
    "paths",
    known,
    method.toLowerCase(),
    "responses",
    String(answer.status),
    "content",
    type,
    "schema",
  ];
  const reference = `api#/${parts.map(escape).join("/")}`;
  const validate = validators.get(reference) ?? ajv.compile({ $ref: reference });
  validators.set(reference, validate);
  if (!validate(body)) throw new Error(`${what}: ${ajv.errorsText(validate.errors)}`);
}

function require(body: unknown, expected: unknown, what: string): void {
  if (body !== expected) throw new Error(`${what} has a body that is not described`);
}
