import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@jest/globals";

const repository = join(import.meta.dirname, "..");
const templates = "ansible/roles/frontend/templates";
const read = (path: string) => readFileSync(join(repository, path), "utf8");

/** Headers that both nginx and the application set on answers under /api, lower case. */
const shared = ["x-content-type-options", "referrer-policy", "cross-origin-resource-policy"];

function ofNginx(): Record<string, string | undefined> {
  const lines = [
    ...read(`${templates}/security-headers.conf.j2`).matchAll(/^add_header (\S+) (.+) always;$/gm),
  ];
  return Object.fromEntries(lines.map(([, name = "", value]) => [name.toLowerCase(), value]));
}

function ofExpress(): Record<string, string | undefined> {
  const lines = [...read("app-backend/src/http/answer-headers.ts").matchAll(/^ {2}"([a-z-]+)": "(.+)",$/gm)];
  return Object.fromEntries(lines.map(([, name = "", value]) => [name, value]));
}

test("WEB-03 what nginx answers for the API has the headers that the API sets", () => {
  const [nginx, express] = [ofNginx(), ofExpress()];
  for (const name of shared) expect([name, nginx[name]]).toEqual([name, express[name]]);
  const [, policy] = / \/\.problem "(default-src .+)";/.exec(read(`${templates}/nginx.conf.j2`)) ?? [];
  expect(policy).toBe(express["content-security-policy"]);
  expect(policy).toContain("default-src 'none'");
});

test("WEB-03 what is for TLS alone is sent over TLS alone, with every answer, the API's too", () => {
  const settings = read(`${templates}/nginx.conf.j2`);
  const overTls = {
    "strict-transport-security": "$transport_security",
    "cross-origin-opener-policy": "$opener_policy",
  };
  expect(ofNginx()).toMatchObject(overTls);
  const [, api = ""] =
    /\n\{% macro api\(\) %\}\n(\s+# The API sends.+?)\n\{%- endmacro/s.exec(settings) ?? [];
  const locations = [
    ...settings.matchAll(/\n {8}location ~ \^\/(\S+)\(\/\|\$\) \{\n(?:\{%.*\n)?\{\{ api\(\) \}\}\n/g),
  ];
  expect(locations.map(([, path]) => path)).toEqual(["api", "(auth|home)"]);
  for (const [name, variable] of Object.entries(overTls)) {
    expect(api.toLowerCase()).toContain(`add_header ${name} ${variable} always;`);
    const [, mapped] = new RegExp(`map \\$https \\${variable} \\{\\s+on (.+);\\s+\\}`).exec(settings) ?? [];
    expect(mapped).toMatch(/^("max-age=31536000; includeSubDomains"|same-origin)$/);
  }
});

test("WEB-03 the edge of the serverless stack sends what nginx sends over TLS", () => {
  const edge = read("infra/src/constructs/serverless/edge-headers.ts");
  const [, page = ""] =
    / {8}default "(default-src 'none'; script-src .+)";/.exec(read(`${templates}/nginx.conf.j2`)) ?? [];
  expect(edge).toContain(`\`${page.replaceAll("{{ frontend_image_origin }}", "${imageOrigin}")}\``);
  expect(edge).toContain(`"${ofExpress()["content-security-policy"]}"`);
  const nginx = ofNginx();
  expect(edge).toContain(String(nginx["permissions-policy"]));
  for (const name of ["cross-origin-resource-policy", "referrer-policy"]) {
    expect(edge).toContain(`"${nginx[name]}"`);
  }
  expect(edge).toContain("accessControlMaxAgeSec: 31_536_000, includeSubdomains: true");
  expect(edge).toMatch(/"Cross-Origin-Opener-Policy": "same-origin"/);
  expect(edge).toContain("contentTypeOptions:");
});
