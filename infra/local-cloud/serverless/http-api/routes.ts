import type { RouteDescription } from "./api-description.ts";

export interface MatchedRoute {
  readonly route: RouteDescription;
  /** Undefined if the route names none. */
  readonly pathParameters: Readonly<Record<string, string>> | undefined;
}

/**
 * The most specific route: full matches, then `{name}`, then `{name+}`, then `$default`; a method before ANY.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html
 */
export function matchRoute(
  routes: readonly RouteDescription[],
  method: string,
  path: string,
): MatchedRoute | undefined {
  let best: { readonly matched: MatchedRoute; readonly rank: string } | undefined;
  for (const route of routes) {
    const found = tryRoute(route, method, path);
    if (found !== undefined && (best === undefined || found.rank > best.rank)) best = found;
  }
  return best?.matched;
}

function tryRoute(route: RouteDescription, method: string, path: string) {
  if (route.key === "$default") return { matched: { route, pathParameters: undefined }, rank: "" };
  const [routeMethod, pattern = ""] = route.key.split(" ");
  if (routeMethod !== "ANY" && routeMethod !== method) return undefined;
  const segments = pattern.split("/").slice(1);
  const parts = path.split("/").slice(1);
  const parameters: Record<string, string> = {};
  let rank = "";
  for (const [index, segment] of segments.entries()) {
    const [, name, plus] = /^\{(.+?)(\+?)\}$/.exec(segment) ?? [];
    const rest = parts.slice(index).join("/");
    if (name !== undefined && plus === "+") {
      if (rest === "") return undefined;
      parameters[name] = rest;
      return { matched: matchedWith(route, parameters), rank: `${rank}1${rankOf(routeMethod)}` };
    }
    const part = parts[index];
    if (part === undefined || (name === undefined ? part !== segment : part === "")) return undefined;
    if (name !== undefined) parameters[name] = part;
    rank += name === undefined ? "3" : "2";
  }
  if (parts.length !== segments.length) return undefined;
  return { matched: matchedWith(route, parameters), rank: `${rank}4${rankOf(routeMethod)}` };
}

const rankOf = (method: string | undefined) => (method === "ANY" ? "0" : "1");

const matchedWith = (route: RouteDescription, parameters: Record<string, string>): MatchedRoute => ({
  route,
  pathParameters: Object.keys(parameters).length === 0 ? undefined : parameters,
});
