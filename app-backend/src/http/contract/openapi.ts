import { z } from "zod";
import type { ErrorCode } from "../../domain/app-error.ts";
import { productName } from "../../domain/product.ts";
import { signedInOrChallenged } from "./factors.ts";
import { problem } from "./responses.ts";
import { type Operation, operations } from "./operations.ts";
import { statusOf } from "./problem.ts";

// What any operation may return: a malformed request, an invalid field, an unavailable dependency, a bug.
const anyTime = ["malformed_request", "invalid_input", "unavailable", "internal"] as const;

/** The description of the API in OpenAPI 3.1, generated from the schemas that parse its requests. */
export function openapi(release: string): object {
  const paths: Record<string, Record<string, object>> = {};
  for (const [name, operation] of Object.entries<Operation>(operations)) {
    const path = operation.path.replace(/:(\w+)/g, "{$1}");
    paths[path] = { ...paths[path], [operation.method]: { operationId: name, ...describe(operation) } };
  }
  return {
    openapi: "3.1.0",
    info: { title: productName, version: release },
    servers: [{ url: "/api" }],
    paths,
    components: {
      schemas: { problem: jsonSchema(problem, "output"), ...partsOf(signedInOrChallenged) },
      securitySchemes: {
        bearer: { type: "http", scheme: "bearer", bearerFormat: "JWT" },
        cookie: {
          type: "apiKey",
          in: "cookie",
          name: "refresh",
          description:
            "With HTTPS `__Host-refresh`. A site that shares its host name has another name (REFRESH_COOKIE).",
        },
      },
    },
  };
}

function describe(operation: Operation): object {
  const { summary, proof, query, headers, params } = operation;
  const parameters = [
    ...parametersOf("query", query),
    ...parametersOf("header", headers),
    ...parametersOf("path", params),
  ];
  return {
    summary,
    ...(proof && { security: [{ [proof]: [] }] }),
    ...(parameters.length > 0 && { parameters }),
    ...(operation.body && { requestBody: requestBody(operation.body, operation.byUpload) }),
    responses: responses(operation),
  };
}

function parametersOf(place: "query" | "header" | "path", schema: z.ZodObject | undefined): object[] {
  return Object.entries(schema?.shape ?? {}).map(([name, field]) => ({
    name,
    in: place,
    required: place === "path",
    schema: jsonSchema(field as z.ZodType, "input"),
  }));
}

/** A body with a picture may also be a form: the JSON comes first. */
function requestBody(body: z.ZodObject, byUpload: z.ZodObject | undefined): object {
  const json = { "application/json": { schema: jsonSchema(byUpload ?? body, "input") } };
  if (!byUpload) return { required: true, content: json };
  const file = z.object({ image: z.file() });
  const schema = {
    allOf: [jsonSchema(body, "input"), jsonSchema(file, "input")],
  };
  return { required: true, content: { ...json, "multipart/form-data": { schema } } };
}

function responses({ status, answer, others = {}, refusals }: Operation): object {
  const byStatus = new Map<number, string[]>();
  for (const code of [...refusals, ...anyTime]) {
    const refused = statusOf(code as ErrorCode | "internal");
    byStatus.set(refused, [...(byStatus.get(refused) ?? []), code]);
  }
  const done = (schema: z.ZodType | undefined) => ({
    description: "Done",
    ...(schema && { content: { "application/json": { schema: jsonSchema(schema, "output") } } }),
  });
  return {
    [status]: done(answer),
    ...Object.fromEntries(Object.entries(others).map(([other, schema]) => [other, done(schema)])),
    ...Object.fromEntries([...byStatus].map(([refused, codes]) => [refused, refusal(codes)])),
  };
}

function refusal(codes: string[]): object {
  const schema = {
    allOf: [{ $ref: "#/components/schemas/problem" }, { properties: { code: { enum: codes } } }],
  };
  return { description: codes.join(", "), content: { "application/problem+json": { schema } } };
}

function jsonSchema(schema: z.ZodType, io: "input" | "output"): object {
  const { $schema: _, $defs: __, ...rest } = z.toJSONSchema(schema, { io });
  return pointingAtComponents(rest);
}

/** The parts of an answer that have an id: they are components, and the answers refer to them. */
function partsOf(answer: z.ZodType): object {
  return pointingAtComponents(z.toJSONSchema(answer, { io: "output" }).$defs ?? {});
}

function pointingAtComponents(schema: object): object {
  return JSON.parse(JSON.stringify(schema).replaceAll('"#/$defs/', '"#/components/schemas/')) as object;
}
