import { z } from "zod";
import type { Cursor } from "../../domain/image.ts";

/** A position in a list as opaque text, which clients return unchanged. */
export function cursorOf({ at, id }: Cursor): string {
  return Buffer.from(`${at.getTime()} ${id}`).toString("base64url");
}

const shape = /^(\d{1,15}) ([0-9a-f-]{36})$/;

export const cursor = z
  .string("must be given once")
  .max(200, "is too long")
  .transform((text, context): Cursor => {
    const [, time, id] = shape.exec(Buffer.from(text, "base64url").toString()) ?? [];
    if (time === undefined || id === undefined || cursorOf({ at: new Date(Number(time)), id }) !== text) {
      context.addIssue({ code: "invalid_type", expected: "string", message: "is not a cursor" });
      return z.NEVER;
    }
    return { at: new Date(Number(time)), id };
  });
