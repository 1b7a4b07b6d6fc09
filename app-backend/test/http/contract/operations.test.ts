import { expect, test } from "@jest/globals";
import type { Router } from "express";
import { compose } from "../../../src/compose/ec2.ts";
import { serverConfig } from "../../../src/config/ec2.ts";
import { type Operation, operations } from "../../../src/http/contract/operations.ts";
import { openapi } from "../../../src/http/contract/openapi.ts";
import { goodEnvironment } from "../../environment.ts";

interface Layer {
  readonly route?: { readonly path: string; readonly methods: Record<string, boolean> };
  readonly handle: Partial<Router> & { stack?: Layer[] };
}

/** The handler that refuses all other methods of a path is no operation. */
function routesOf(stack: readonly Layer[]): string[] {
  return stack.flatMap(({ route, handle }) => {
    if (route)
      return Object.keys(route.methods).flatMap((method) =>
        method === "_all" ? [] : `${method} ${route.path}`,
      );
    return routesOf(handle.stack ?? []);
  });
}

const described = Object.values<Operation>(operations);

test("API-01 every route of the application is in the contract, and nothing else is", async () => {
  const { app, close } = compose(serverConfig(goodEnvironment()));
  const routes = routesOf((app.router as unknown as { stack: Layer[] }).stack);
  await close();
  expect(routes.toSorted()).toEqual(described.map(({ method, path }) => `${method} ${path}`).toSorted());
});

test("API-02 the description states for each operation what a key does with which it is repeated", () => {
  const { paths } = openapi("test") as { paths: Record<string, Record<string, Described>> };
  const keys = Object.values(paths)
    .flatMap((path) => Object.values(path))
    .flatMap(({ operationId, parameters = [] }) =>
      parameters
        .filter(({ name }) => name === "idempotency-key")
        .map(({ schema }) => [operationId, schema.description] as const),
    );
  expect(Object.fromEntries(keys)).toEqual({
    refresh: expect.stringMatching(/secret/),
    createProject: expect.stringMatching(/that project as it is now/),
    saveNotes: expect.stringMatching(/`current\.saved`/),
    announceMedia: expect.stringMatching(/the same media/),
  });
});

interface Described {
  readonly operationId: string;
  readonly parameters?: readonly {
    readonly name: string;
    readonly schema: { readonly description?: string };
  }[];
}

test("API-02 the description has every operation with its request, responses and errors", () => {
  const { paths } = openapi("test") as { paths: Record<string, Record<string, { responses: object }>> };
  const named = Object.values(paths).flatMap((path) => Object.values(path));
  expect(named).toHaveLength(described.length);
  expect(paths["/auth/sessions/{id}"]?.["delete"]).toMatchObject({
    operationId: "endSession",
    security: [{ bearer: [] }],
    parameters: [{ name: "id", in: "path", required: true }],
  });
  expect(Object.keys(paths["/auth/signin"]?.["post"]?.responses ?? {})).toEqual([
    "200",
    "400",
    "401",
    "403",
    "422",
    "429",
    "500",
    "503",
  ]);
});
