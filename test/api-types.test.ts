import { readFileSync } from "node:fs";
import { describe, expect, test } from "@jest/globals";
import { apiTypes, apiTypesFile } from "./api-types.ts";

const operation = (schema: object) => ({
  paths: {
    "/things": {
      get: { operationId: "list", summary: "All", responses: { 200: { content: { json: { schema } } } } },
    },
  },
});

describe("the types of the API in the frontend", () => {
  test("are those of the OpenAPI document; if not, run make format", () => {
    expect(readFileSync(apiTypesFile, "utf8")).toBe(apiTypes());
  });

  test.each([
    [{ type: "string", const: "ok" }, '"ok"'],
    [{ type: ["string", "null"] }, "string | null"],
    [{ anyOf: [{ type: "integer" }, { type: "null" }] }, "number | null"],
    [{ type: "array", items: { type: "boolean" } }, "boolean[]"],
    [{ type: "object", additionalProperties: { type: "string" } }, "Record<string, string>"],
    [{ type: "string", contentEncoding: "binary" }, "File"],
    [{ $ref: "#/components/schemas/thing" }, "Thing"],
  ])("%j is %s", (schema, type) => {
    expect(apiTypes(operation(schema))).toContain(`response: ${type};`);
  });

  test("a component has a type of its own", () => {
    const schemas = { thing: { type: "object", properties: { id: { type: "string" } }, required: ["id"] } };
    expect(
      apiTypes({ ...operation({ $ref: "#/components/schemas/thing" }), components: { schemas } }),
    ).toContain("export type Thing = {\n  id: string;\n};\n");
  });

  test("a property that is not required is optional", () => {
    const properties = { id: { type: "string" }, note: { type: "string", description: "Free text." } };
    expect(apiTypes(operation({ type: "object", properties, required: ["id"] }))).toContain(
      "      id: string;\n      /** Free text. */\n      note?: string;\n",
    );
  });

  test("a kind of schema that is not known is refused", () => {
    expect(() => apiTypes(operation({ type: "tuple" }))).toThrow("tuple");
    expect(() => apiTypes(operation({}))).toThrow();
  });
});
