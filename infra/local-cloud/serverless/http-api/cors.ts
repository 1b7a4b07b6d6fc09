import type { CorsDescription } from "./api-description.ts";

/**
 * CORS that the API itself answers: what the function says of it is replaced.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-cors.html
 */
export function corsHeaders(
  cors: CorsDescription | undefined,
  origin: string | undefined,
): Record<string, string> {
  if (cors === undefined || origin === undefined) return {};
  const { allowOrigins, allowCredentials, exposeHeaders } = cors;
  const isAny = allowOrigins.includes("*");
  if (!isAny && !allowOrigins.includes(origin)) return {};
  return {
    "access-control-allow-origin": isAny ? "*" : origin,
    ...(allowCredentials && { "access-control-allow-credentials": "true" }),
    ...(exposeHeaders.length > 0 && { "access-control-expose-headers": exposeHeaders.join(",") }),
  };
}

/** The further headers of a preflight's answer. */
export function preflightHeaders({
  allowMethods,
  allowHeaders,
  maxAgeS,
}: CorsDescription): Record<string, string> {
  return {
    ...(allowMethods.length > 0 && { "access-control-allow-methods": allowMethods.join(",") }),
    ...(allowHeaders.length > 0 && { "access-control-allow-headers": allowHeaders.join(",") }),
    ...(maxAgeS !== undefined && { "access-control-max-age": String(maxAgeS) }),
  };
}

/** The headers of CORS that only the API may set. */
export const isCorsHeader = (name: string) => name.startsWith("access-control-");
