import { Refused } from "./gateway-request.ts";

export interface GatewayAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body: Buffer;
}

/** Written by the gateway itself. */
const ownHeaders = /^(connection|keep-alive|transfer-encoding|content-length|upgrade|te|trailer|proxy-.*)$/i;

/**
 * What a function's answer becomes: an object with `statusCode` as it says, all else a body of JSON with 200. Throws 500
 * for what AWS takes for a malformed answer.
 */
export function functionAnswer(payload: string): GatewayAnswer {
  const value = JSON.parse(payload) as unknown;
  if (typeof value !== "object" || value === null || !("statusCode" in value)) {
    const body = Buffer.from(typeof value === "string" ? value : payload);
    return { status: 200, headers: { "content-type": "application/json" }, body };
  }
  const { statusCode, headers = {}, cookies = [], body = "", isBase64Encoded = false } = value as any;
  const status = Number(statusCode);
  if (!Number.isInteger(status) || status < 100 || status > 599 || !isBody(body) || !Array.isArray(cookies)) {
    throw new Refused(500, "Internal Server Error");
  }
  const passedOn = Object.entries(headers ?? {}).filter(([name]) => !ownHeaders.test(name));
  const all = Object.fromEntries(passedOn.map(([name, one]) => [name.toLowerCase(), String(one)]));
  return {
    status,
    headers: {
      "content-type": "text/plain; charset=utf-8",
      ...all,
      ...(cookies.length > 0 && { "set-cookie": cookies.map(String) }),
    },
    body: Buffer.from(body ?? "", isBase64Encoded ? "base64" : "utf8"),
  };
}

const isBody = (body: unknown) => typeof body === "string" || body === null;
