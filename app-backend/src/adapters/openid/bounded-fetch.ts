import type { CustomFetch } from "openid-client";

/** More than metadata, keys or tokens of any provider take. */
const maxBytes = 512 * 1024;

/** Like `fetch`, but an answer that is too long is an error. The signal also ends an answer that stops halfway. */
export const boundedFetch: CustomFetch = async (url, options) => {
  const answer = await fetch(url, options as RequestInit);
  if (!answer.body) return answer;
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of answer.body as unknown as AsyncIterable<Uint8Array>) {
    bytes += part.length;
    if (bytes > maxBytes) throw new TypeError("answer is too long"); // leaving the loop cancels it
    parts.push(part);
  }
  const { status, headers } = answer;
  return new Response(Buffer.concat(parts), { status, headers });
};
