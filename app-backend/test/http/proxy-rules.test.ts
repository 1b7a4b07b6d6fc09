import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { examples } from "../proxies.ts";

const identity = ["x-auth-issuer", "x-auth-session", "x-auth-subject"];

interface Line {
  /** The keys above the line and its own, with dots between; items of a list add none. */
  readonly path: string;
  readonly value: string;
}

/** The lines of YAML as the examples are written: a key each, short lists and maps in brackets. */
function linesOf(text: string): Line[] {
  const above: { readonly indent: number; readonly key: string }[] = [];
  return text.split("\n").flatMap((line) => {
    const [, before = "", key = "", value = ""] = /^([ -]*)([^\s:#]+): *(.*)$/.exec(line) ?? [];
    if (key === "") return [];
    while (above.length > 0 && above.at(-1)!.indent >= before.length) above.pop();
    above.push({ indent: before.length, key });
    return [{ path: above.map((each) => each.key).join("."), value }];
  });
}

/** The values of all lines whose path ends like that. */
const valuesIn = (text: string) => {
  const lines = linesOf(text);
  return (end: string) => lines.filter(({ path }) => path.endsWith(end)).map(({ value }) => value);
};

const broken = (rules: Record<string, boolean>) => Object.keys(rules).filter((rule) => !rules[rule]);

/** What is wrong with a configuration of Envoy, one name each. */
function faultsOfEnvoy(text: string): string[] {
  const values = valuesIn(text);
  const is = (end: string, value: string) => values(end).join() === value;
  const filters = ["header_mutation", "ext_authz", "router"].map((name) => `envoy.filters.http.${name}`);
  const [timeout = "9"] = /(?<=timeout: )[\d.]+/.exec(values("server_uri").join()) ?? [];
  const late = values("virtual_hosts.request_headers_to_remove").join();
  const copied = linesOf(text).filter(({ path }) => path.includes("allowed_upstream_headers.patterns."));
  return broken({
    order: is("http_filters.name", filters.join()),
    failure_mode_allow: is("typed_config.failure_mode_allow", "false"),
    status_on_error: is("typed_config.status_on_error", "{ code: ServiceUnavailable }"),
    body: values("with_request_body").length === 0,
    path_prefix: is("http_service.path_prefix", "/verify"),
    timeout: Number(timeout) <= 1,
    removal: identity.every((name) => values("request_mutations.remove").includes(name)),
    underscores: is("headers_with_underscores_action", "REJECT_REQUEST"),
    headers:
      copied.every(({ path }) => path.endsWith(".exact")) &&
      copied
        .map(({ value }) => value)
        .toSorted()
        .join() === identity.join(),
    normalize_path: is("typed_config.normalize_path", "true") && is("typed_config.merge_slashes", "true"),
    escaped_slashes: is("path_with_escaped_slashes_action", "REJECT_REQUEST"),
    token: late.includes("authorization"),
    late_removal: !late.includes("x-auth-"),
    bypass: !text.includes("per_filter_config"),
  });
}

/** What is wrong with a configuration of Traefik, one name each. */
function faultsOfTraefik(text: string): string[] {
  const values = valuesIn(text);
  const is = (end: string, value: string) => values(end).join() === value;
  const forward = (name: string, value: string) => is(`middlewares.verifier.forwardAuth.${name}`, value);
  const emptied = (middleware: string, header: string) =>
    is(`middlewares.${middleware}.headers.customRequestHeaders.${header}`, '""');
  const names = ["X-Auth-Subject", "X-Auth-Session", "X-Auth-Issuer"];
  const spellings = names.flatMap((name) => [name, name.replaceAll("-", "_")]);
  return broken({
    order: is("routers.application.middlewares", "[no-identity, verifier, no-token]"),
    address: values("forwardAuth.address").join().endsWith("/verify"),
    trustForwardHeader: forward("trustForwardHeader", "false"),
    body: forward("forwardBody", "false"),
    request: forward("authRequestHeaders", "[Authorization]"),
    headers: forward("authResponseHeaders", `[${names.join(", ")}]`),
    regex: values("authResponseHeadersRegex").length === 0,
    removal: spellings.every((name) => emptied("no-identity", name)),
    token: emptied("no-token", "Authorization"),
  });
}

const read = (name: string) => readFileSync(join(examples, name), "utf8");

/** The example after one change, which has to change something. */
function changed(name: string, from: string | RegExp, to: string): string {
  const text = read(name);
  const other = text.replace(from, to);
  if (other === text) throw new Error(`${name} has no ${from}`);
  return other;
}

describe("VER-17 the example for Envoy", () => {
  test("follows every rule", () => {
    expect(faultsOfEnvoy(read("verifier-envoy.yaml"))).toEqual([]);
  });

  test.each<[string, string | RegExp, string]>([
    ["failure_mode_allow", "failure_mode_allow: false", "failure_mode_allow: true"],
    ["failure_mode_allow", /\n.*failure_mode_allow: false/, ""],
    ["status_on_error", "ServiceUnavailable", "OK"],
    [
      "body",
      "failure_mode_allow: false",
      "failure_mode_allow: false\n                      with_request_body: {}",
    ],
    ["path_prefix", "path_prefix: /verify", "path_prefix: /"],
    ["timeout", "timeout: 0.8s", "timeout: 5s"],
    ["removal", "- remove: x-auth-session", "- remove: x-auth-sessions"],
    [
      "underscores",
      "headers_with_underscores_action: REJECT_REQUEST",
      "headers_with_underscores_action: ALLOW",
    ],
    ["headers", "- exact: x-auth-issuer", "- prefix: x-"],
    ["normalize_path", "normalize_path: true", "normalize_path: false"],
    ["normalize_path", /\n.*merge_slashes: true/, ""],
    [
      "escaped_slashes",
      "path_with_escaped_slashes_action: REJECT_REQUEST",
      "path_with_escaped_slashes_action: KEEP_UNCHANGED",
    ],
    ["token", "[authorization]", "[cookie]"],
    ["late_removal", "[authorization]", "[authorization, x-auth-subject]"],
    ["bypass", "route: { cluster: application }", "typed_per_filter_config: {}"],
    ["order", "envoy.filters.http.ext_authz", "envoy.filters.http.rbac"],
  ])("%s is named if it is not: %s", (rule, from, to) => {
    expect(faultsOfEnvoy(changed("verifier-envoy.yaml", from, to))).toContain(rule);
  });
});

describe("VER-17 the example for Traefik", () => {
  test("follows every rule", () => {
    expect(faultsOfTraefik(read("verifier-traefik.yaml"))).toEqual([]);
  });

  test.each<[string, string | RegExp, string]>([
    ["trustForwardHeader", "trustForwardHeader: false", "trustForwardHeader: true"],
    ["body", "forwardBody: false", "forwardBody: true"],
    ["request", "[Authorization]", "[Authorization, X-Forwarded-Prefix]"],
    ["request", /\n.*authRequestHeaders.*/, ""],
    ["headers", ", X-Auth-Issuer]", "]"],
    ["regex", "forwardBody: false", "authResponseHeadersRegex: ^X-"],
    ["removal", '\n          X_Auth_Session: ""', ""],
    ["removal", 'X-Auth-Subject: ""', "X-Auth-Subject: a"],
    ["token", '\n          Authorization: ""', "\n          Cookie: a"],
    ["order", "[no-identity, verifier, no-token]", "[verifier, no-identity, no-token]"],
    ["order", /\n.*middlewares: \[.*/, ""],
    ["address", "3001/verify", "3001/health"],
  ])("%s is named if it is not: %s", (rule, from, to) => {
    expect(faultsOfTraefik(changed("verifier-traefik.yaml", from, to))).toContain(rule);
  });
});
