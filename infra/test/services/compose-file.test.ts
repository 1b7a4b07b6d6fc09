import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { helpOfSettings } from "../../deploy/settings.mjs";
import { officialImages } from "../../services/images.ts";
import { newSecrets, users } from "../../services/secrets.ts";

const folder = join(import.meta.dirname, "../../../services");
const read = (name: string) => readFileSync(join(folder, name), "utf8");
const file = read("compose.yaml");
/** Of each entry of a section, its lines. */
const entries = (section: string) => {
  const [, body = ""] = new RegExp(`^${section}:\\n((?: .*\\n|\\n| *#.*\\n)*)`, "m").exec(file) ?? [];
  return Object.fromEntries(
    [...body.matchAll(/^ {2}([\w-]+):(.*(?:\n {4}.*)*)/gm)].map(([, name = "", text = ""]) => [name, text]),
  );
};
const services = entries("services");
const secrets = entries("secrets");

test("SVC-20 has nothing that one of the versions of Compose does not know, and no fixed name", () => {
  expect(file).not.toMatch(
    /^(version|name|include):|container_name|develop:|docker\.sock|network_mode|privileged/m,
  );
});

test("SVC-16 no secret is a variable: each is a file, for the user of its container", () => {
  expect(file).not.toMatch(/\b\w*(PASSWORD|SECRET)\b\w*: (?!\/run\/secrets\/)/);
  const paths = Object.values(secrets).map((text) => /\$\{SECRETS[^}]*\}\/([\w/-]+)"/.exec(text)?.[1]);
  const written = Object.entries(newSecrets()).flatMap(([holder, of]) =>
    Object.keys(of).map((name) => `${holder}/${name}`),
  );
  expect(paths.toSorted()).toEqual(written.toSorted());
  const used = Object.values(services).flatMap((text) =>
    [...text.matchAll(/source: (\w+)/g)].map(([, name]) => name),
  );
  expect([...new Set(used)].toSorted()).toEqual(Object.keys(secrets).toSorted());
});

describe.each(Object.entries(services))("%s", (name, text) => {
  test("has the confinement of all", () => {
    const anchor = /<<: \*(\w+)/.exec(text)?.[1];
    expect(["confined", "service", "database"]).toContain(anchor);
  });

  test("runs as its own user, to whom its secrets belong", () => {
    const holder = name.replace("-migrate", "");
    const [, user] = /user: "(\d+):\1"/.exec(text) ?? [];
    if (holder === "proxy") return void expect(user).toBe("10005");
    const expected = users[holder as keyof typeof users];
    expect(name.endsWith("-database") ? 999 : Number(user)).toBe(expected);
    const sources = [...text.matchAll(/source: (\w+)/g)].map(([, source = ""]) => secrets[source] ?? "");
    expect(sources.filter((path) => !path.includes(`}/${holder}/`))).toEqual([]);
  });

  test("publishes no port, unless it is the proxy", () => {
    expect(/^ {4}ports:/m.test(text)).toBe(name === "proxy");
  });
});

test("all are read-only and without privileges, and their logs are bounded", () => {
  const [confined = ""] = /^x-confined:[^]*?\n\n/m.exec(file) ?? [];
  for (const line of [
    "read_only: true",
    "cap_drop: [ALL]",
    "no-new-privileges:true",
    "max-size: 10m",
    'max-file: "3"',
  ])
    expect(confined).toContain(line);
});

test("one network alone leads outside, and the proxy alone is in it", () => {
  const outside = Object.entries(entries("networks")).filter(([, text]) => !text.includes("internal: true"));
  expect(outside.map(([name]) => name)).toEqual(["outside"]);
  const inside = Object.entries(services).filter(([, text]) => /networks: \[.*\boutside\b/.test(text));
  expect(inside.map(([name]) => name)).toEqual(["proxy"]);
});

test("CONF-04 the images by default are those that make help lists", () => {
  const images = officialImages(file);
  expect(Object.keys(images).toSorted()).toEqual([
    "DATABASE_IMAGE",
    "NODE_IMAGE",
    "PROXY_IMAGE",
    "REDIS_IMAGE",
  ]);
  for (const [name, image] of Object.entries(images)) {
    expect(helpOfSettings()).toMatch(new RegExp(`${name}= +${image.replaceAll(".", "\\.")} `));
    if (name !== "REDIS_IMAGE") expect(read("Dockerfile")).toContain(`ARG ${name}=${image}\n`);
  }
});

test("SVC-20 an image takes what its Dockerfile names, and neither .env nor .git", () => {
  const [all, ...taken] = read(".dockerignore")
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"));
  expect(all).toBe("*");
  const copied = [...read("Dockerfile").matchAll(/^COPY (\S+)/gm)].map(([, path = ""]) => path.split("/")[0]);
  expect(taken.map((line) => line.slice(1)).toSorted()).toEqual([...new Set(copied)].toSorted());
});

test("SVC-14 the proxy passes on headers by name, and none of X-Auth", () => {
  const nginx = read("nginx.conf");
  expect(nginx).toContain("proxy_pass_request_headers off;");
  expect(nginx).not.toMatch(/proxy_set_header X-Auth/i);
});
