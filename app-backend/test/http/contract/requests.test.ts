import { expect, test } from "@jest/globals";
import { z } from "zod";
import * as requests from "../../../src/http/contract/requests.ts";

const schemas = Object.entries(requests).filter(([, schema]) => schema instanceof z.ZodObject);

// A page stays open through a release and a rollback: it may send what this release does not know yet.
test.each(schemas)("SLS-66 a request of a later page is not refused for what is unknown: %s", (_, schema) => {
  const { error } = (schema as z.ZodType).safeParse({ later: 1 });
  expect((error?.issues ?? []).filter(({ code }) => code === "unrecognized_keys")).toEqual([]);
});

test("SLS-66 what is unknown is left out", () => {
  expect(schemas.length).toBeGreaterThan(10);
  const sent = { email: "a", password: "b", later: 1 };
  expect(requests.credentials.parse(sent)).toEqual({ email: "a", password: "b" });
});
