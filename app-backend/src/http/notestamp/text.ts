import type { Response } from "express";
import type { Problem } from "../contract/problem.ts";

/** What the client's contract has instead of the API's statuses. */
const otherStatuses: Partial<Record<Problem["code"], number>> = {
  invalid_input: 400,
  refresh_overtaken: 401,
};

/** Writes a problem as a line of text. */
export function sendText(res: Response, { code, status, title, errors = [] }: Problem): void {
  const faults = errors.map(({ field, message }) => `${field || "body"} ${message}`).join(", ");
  const shown = otherStatuses[code] ?? status;
  if (shown === 401) res.set("www-authenticate", "Cookie"); // RFC 9110 section 15.5.2 wants one; none is registered for cookies
  for (const name of fileHeaders) res.removeHeader(name);
  res
    .status(shown)
    .type("text/plain")
    .send(faults || title);
}

/** Headers of a file that could not be sent after all. */
const fileHeaders = ["accept-ranges", "content-disposition", "content-length", "content-range", "etag"];
