import { expect, test } from "@jest/globals";
import type { RouteDescription } from "../../../../local-cloud/serverless/http-api/api-description.ts";
import { matchRoute } from "../../../../local-cloud/serverless/http-api/routes.ts";

const routes = [
  "$default",
  "ANY /{proxy+}",
  "GET /pets/{id}",
  "ANY /pets/{id}",
  "GET /pets/dog/1",
  "GET /pets/dog/{id}",
  "ANY /pets/dog/{id+}",
  "GET /pets",
].map((key) => ({ key }) as RouteDescription);

test.each([
  ["GET", "/pets/dog/1", "GET /pets/dog/1", undefined],
  ["GET", "/pets/dog/2", "GET /pets/dog/{id}", { id: "2" }],
  ["PUT", "/pets/dog/1", "ANY /pets/dog/{id+}", { id: "1" }],
  ["GET", "/pets/dog/2/3", "ANY /pets/dog/{id+}", { id: "2/3" }],
  ["GET", "/pets/cat", "GET /pets/{id}", { id: "cat" }],
  ["POST", "/pets/cat", "ANY /pets/{id}", { id: "cat" }],
  ["GET", "/pets", "GET /pets", undefined],
  ["GET", "/Pets", "ANY /{proxy+}", { proxy: "Pets" }],
  ["GET", "/pets/", "ANY /{proxy+}", { proxy: "pets/" }],
  ["GET", "//pets", "ANY /{proxy+}", { proxy: "/pets" }],
  ["GET", "/", "$default", undefined],
])("%s %s is for the route %s", (method, path, key, pathParameters) => {
  expect(matchRoute(routes, method, path)).toEqual({ route: { key }, pathParameters });
});

test("without a default, what no route matches is for none", () => {
  expect(matchRoute(routes.slice(2), "GET", "/other")).toBeUndefined();
});
