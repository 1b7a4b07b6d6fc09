import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { openapi } from "../app-backend/src/http/contract/openapi.ts";

/** What of JSON Schema the document uses. Anything else is refused, so that no type is silently wrong. */
interface Schema {
  $ref?: string;
  type?: string | string[];
  format?: string;
  contentEncoding?: string;
  description?: string;
  const?: unknown;
  enum?: unknown[];
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: boolean | Schema;
  items?: Schema;
  anyOf?: Schema[];
  allOf?: Schema[];
}

type Content = { content?: Record<string, { schema: Schema }> };

interface Operation {
  operationId: string;
  summary: string;
  parameters?: { name: string; in: string; required: boolean; schema: Schema }[];
  requestBody?: Content;
  responses: Record<string, Content>;
}

interface Document {
  paths: Record<string, Record<string, Operation>>;
  components?: { schemas: Record<string, Schema> };
}

/** The file that holds the types: neither frontend nor backend imports the other, so this script stands between them. */
export const apiTypesFile = join(import.meta.dirname, "../app-frontend/src/api/schema.ts");

/** The types of the API's requests and responses as TypeScript, made from its OpenAPI document. */
export function apiTypes(document = openapi("") as Document): string {
  const operations = Object.values(document.paths)
    .flatMap((methods) => Object.values(methods))
    .map((operation) => property(operation.operationId, operationType(operation), operation.summary));
  const components = Object.entries(document.components?.schemas ?? {})
    .filter(([name]) => name !== "problem") // read by hand: a proxy may have written it
    .map(([name, schema]) => `export type ${typeName(name)} = ${type(schema)};\n\n`);
  return `// Written by \`make format\` from the API's OpenAPI document. Do not edit.

${components.join("")}/** What each operation takes and returns. Times are ISO 8601. */
export type Operations = ${block(operations)};
`;
}

function operationType({ parameters = [], requestBody, responses }: Operation): string {
  const query = parameters
    .filter((parameter) => parameter.in === "query")
    .map(({ name, required, schema }) => property(name, type(schema), schema.description, !required));
  const body = schemaOf(requestBody);
  const response = schemaOf(Object.entries(responses).find(([status]) => status.startsWith("2"))?.[1]);
  return block([
    ...(query.length > 0 ? [property("query", block(query))] : []),
    ...(body ? [property("body", type(body))] : []),
    property("response", response ? type(response) : "void"),
  ]);
}

/** The first of several: what the page sends. */
function schemaOf(from: Content | undefined): Schema | undefined {
  return Object.values(from?.content ?? {})[0]?.schema;
}

function typeName(component: string): string {
  return component.replace(/^./, (first) => first.toUpperCase());
}

function type(schema: Schema): string {
  if (schema.$ref) return typeName(schema.$ref.replace("#/components/schemas/", ""));
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(" | ");
  if (schema.anyOf) return schema.anyOf.map(type).join(" | ");
  if (schema.allOf) return type(merged(schema.allOf));
  if (schema.type === "object") return objectType(schema);
  if (schema.type === "array" && schema.items) return `${itemType(schema.items)}[]`;
  if (schema.contentEncoding === "binary") return "File";
  return [schema.type].flat().map(scalar).join(" | ");
}

function itemType(items: Schema): string {
  return items.enum || items.anyOf ? `(${type(items)})` : type(items);
}

function scalar(name: string | undefined): string {
  const found = { boolean: "boolean", integer: "number", null: "null", number: "number", string: "string" };
  if (!name || !(name in found)) throw new Error(`The document has a schema of type ${name}.`);
  return found[name as keyof typeof found];
}

function objectType({ properties = {}, required = [], additionalProperties }: Schema): string {
  const named = Object.entries(properties).map(([name, schema]) =>
    property(name, type(schema), schema.description, !required.includes(name)),
  );
  if (named.length > 0 || typeof additionalProperties !== "object") return block(named);
  const isAny = Object.keys(additionalProperties).length === 0;
  return `Record<string, ${isAny ? "unknown" : type(additionalProperties)}>`;
}

/** All that each of the schemas of an object asks for. */
function merged(schemas: Schema[]): Schema {
  return {
    type: "object",
    properties: Object.assign({}, ...schemas.map(({ properties }) => properties)),
    required: schemas.flatMap(({ required = [] }) => required),
  };
}

function property(name: string, typeText: string, comment?: string, optional = false): string {
  return `${comment ? `/** ${comment} */\n` : ""}${name}${optional ? "?" : ""}: ${typeText};`;
}

function block(lines: string[]): string {
  return lines.length === 0 ? "{}" : `{\n${lines.join("\n").replace(/^/gm, "  ")}\n}`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(apiTypesFile, apiTypes());
