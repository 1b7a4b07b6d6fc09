import type { OutgoingHttpHeaders } from "node:http";
import type { PostedObject } from "./post-object.ts";
import { xmlDocument } from "./s3-error.ts";

export interface Answer {
  readonly status: number;
  readonly headers: OutgoingHttpHeaders;
  readonly body: string;
}

/**
 * What a browser gets for an upload that was stored: a redirect if the form asks for one, else its
 * `success_action_status` of 200, 201 or (also when it asks for anything else) 204.
 */
export function postAnswer({ bucket, key, fields }: PostedObject, etag: string, origin: string): Answer {
  const location = `${origin}/${bucket}/${key.split("/").map(encodeURIComponent).join("/")}`;
  const headers = { etag, location };
  const redirect = fields.get("success_action_redirect") ?? fields.get("redirect");
  if (redirect !== undefined && URL.canParse(redirect)) {
    const to = new URL(redirect);
    for (const [name, value] of Object.entries({ bucket, key, etag })) to.searchParams.set(name, value);
    return { status: 303, headers: { etag, location: to.href }, body: "" };
  }
  const status = fields.get("success_action_status");
  if (status === "200") return { status: 200, headers, body: "" };
  if (status !== "201") return { status: 204, headers, body: "" };
  const body = xmlDocument("PostResponse", { Location: location, Bucket: bucket, Key: key, ETag: etag });
  return { status: 201, headers: { ...headers, "content-type": "application/xml" }, body };
}
