import { z } from "zod";
import { AppError } from "../domain/app-error.ts";

// Of the wrong type or far too long: not what a person filling in a form would send.
const malformed = new Set(["invalid_type", "too_big"]);

/** The input as the schema's type. Throws `malformed_request` or, for what a person can correct, `invalid_input`. */
export function parse<Schema extends z.ZodType>(schema: Schema, input: unknown): z.output<Schema> {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  const { issues } = result.error;
  const code = issues.some((issue) => malformed.has(issue.code)) ? "malformed_request" : "invalid_input";
  const faults = issues.map((issue) => ({ field: issue.path.join("."), message: issue.message }));
  throw new AppError(code, `refused: ${faults.map((fault) => fault.field || "body").join(", ")}`, { faults });
}
