import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, test } from "@jest/globals";
import { currentDeployment } from "../../deploy/deployment.ts";
import { settingsOf } from "../../deploy/settings.mjs";
import { readSettingsFile, writtenFor } from "../../deploy/settings-file.mjs";
import { personsSettings } from "../../src/settings.ts";

const repository = join(import.meta.dirname, "../../..");
const scratch = mkdtempSync(join(tmpdir(), "tintype-settings-file-"));
const path = join(scratch, "tintype.json");

const write = (file: unknown) => writeFileSync(path, typeof file === "string" ? file : JSON.stringify(file));

afterAll(() => rmSync(scratch, { recursive: true }));
beforeEach(() => rmSync(path, { force: true }));

/** Runs make as a person would: the environment that the command finds, empty if it does not run. */
function make(...args: string[]) {
  const rules = ["plan", "status", "check"].map((command) => {
    writeFileSync(join(scratch, `${command}.ts`), "console.log(JSON.stringify(process.env));");
    const launcher = join(repository, "infra/deploy/command.mjs");
    return `${command}:\n\t@node --no-warnings ${launcher} $$PPID ${command}.ts\n`;
  });
  writeFileSync(join(scratch, "Makefile"), `export TINTYPE_GOALS := $(MAKECMDGOALS)\n${rules.join("")}`);
  const env = { PATH: process.env["PATH"] };
  const { status, stdout, stderr } = spawnSync("make", args, { cwd: scratch, encoding: "utf8", env });
  const found = (stdout === "" ? {} : JSON.parse(stdout)) as Record<string, string>;
  return { status, stderr, found };
}

/** As `command.mjs` combines a command line with the file. */
function combined(given: Record<string, string>) {
  const { written, note } = writtenFor(readSettingsFile(path).deployments, given);
  return { note, env: { ...written, ...given, TINTYPE_WRITTEN: JSON.stringify(written) } };
}

const deployments = {
  prod: { REGION: "eu-central-1", DOMAIN: "tintype.example.org", OS: "al2023" },
  dev: { REGION: "eu-west-1" },
  blue: { CLOUD: "local", LOCAL_PORT: 8081 },
  edge: { CLOUD: "local", STACK: "serverless", LOCAL_PORT: 8082 },
};

describe("CONF-02 a file of settings", () => {
  const settings = (given: Record<string, string>) => {
    const { TINTYPE_WRITTEN: _, ...rest } = combined(given).env;
    return rest;
  };
  beforeEach(() => write({ deployments }));

  test("reaches a command on the deployment that is named, which prints nothing about it", () => {
    const { found, stderr } = make("status", "NAME=prod", "OS=al2");
    expect(found).toMatchObject({ NAME: "prod", ...deployments.prod, OS: "al2" });
    expect(found["LOCAL_PORT"]).toBeUndefined();
    expect(stderr).toBe("");
  });

  test("chooses the cloud, and with it the environment; plan says where settings come from", () => {
    const { found, stderr } = make("plan", "NAME=blue");
    expect(found).toMatchObject({ CLOUD: "local", LOCAL_PORT: "8081", AWS_CONFIG_FILE: "/dev/null" });
    expect(stderr).toBe("From tintype.json: CLOUD=local LOCAL_PORT=8081\n");
  });

  test("sets what it says of dev, if no other is named, and nothing of one that it does not have", () => {
    expect(settings({})).toEqual(deployments.dev);
    expect(settings({ NAME: "green" })).toEqual({ NAME: "green" });
    expect(settings({ NAME: "constructor" })).toEqual({ NAME: "constructor" });
  });

  test("sets nothing in another cloud than its own, where the name means another deployment", () => {
    expect(settings({ NAME: "prod", CLOUD: "local" })).toEqual({ NAME: "prod", CLOUD: "local" });
    expect(settings({ NAME: "blue", CLOUD: "aws" })).toEqual({ NAME: "blue", CLOUD: "aws" });
    expect(settings({ NAME: "blue", CLOUD: "local" })).toMatchObject({ LOCAL_PORT: "8081" });
  });

  test("sets nothing for another stack than its own; CLOUD and STACK hold for what the command line leaves out", () => {
    expect(settings({ NAME: "edge" })).toMatchObject({ STACK: "serverless", LOCAL_PORT: "8082" });
    const own = { NAME: "edge", CLOUD: "local", STACK: "serverless" };
    expect(settings({ NAME: "edge", STACK: "ec2" })).toEqual({ ...own, STACK: "ec2" });
    expect(settings({ NAME: "edge", CLOUD: "aws" })).toEqual({ ...own, CLOUD: "aws" });
    expect(settings({ NAME: "blue", STACK: "serverless" })).toEqual({
      NAME: "blue",
      CLOUD: "local",
      STACK: "serverless",
    });
  });

  test("yields to the command line, setting by setting", () => {
    const given = { NAME: "prod", OS: "al2", DOMAIN: "none" };
    expect(settings(given)).toEqual({ ...given, REGION: "eu-central-1" });
  });

  test.each([
    [{ NAME: "prod" }, "From tintype.json: REGION=eu-central-1 DOMAIN=tintype.example.org OS=al2023"],
    [{ REGION: "us-east-2" }, "From tintype.json: REGION=eu-west-1 (overruled: REGION=us-east-2)"],
    [{ NAME: "green" }, "tintype.json has no deployment green."],
    [{ CLOUD: "local" }, "tintype.json is not used: it has dev with CLOUD=aws."],
    [{ STACK: "serverless" }, "tintype.json is not used: it has dev with STACK=ec2."],
    [
      { NAME: "edge", CLOUD: "aws", STACK: "ec2" },
      "tintype.json is not used: it has edge with CLOUD=local STACK=serverless.",
    ],
  ])("is named as the source of settings: %j", (given, note) => {
    expect(combined(given).note).toBe(note);
  });

  test("is read by commands on a deployment alone, and need not exist", () => {
    write("{");
    expect(make("check").status).toBe(0);
    rmSync(path);
    expect(make("plan")).toMatchObject({ status: 0, stderr: "" });
  });

  test("may begin with a byte order mark, as editors on Windows write it", () => {
    write(`\uFEFF${JSON.stringify({ deployments })}`);
    expect(readSettingsFile(path).faults).toEqual([]);
    expect(settings({})).toEqual(deployments.dev);
  });

  test.each([
    [{ NAME: "prod" }, "make deploy NAME=prod"],
    [{ NAME: "blue" }, "make deploy NAME=blue"],
    [{ NAME: "prod", OS: "al2" }, "make deploy NAME=prod OS=al2"],
    [{ NAME: "prod", CLOUD: "local" }, "make deploy CLOUD=local NAME=prod"],
    [{ NAME: "blue", CLOUD: "aws" }, "make deploy CLOUD=aws NAME=blue"],
    [{ NAME: "edge" }, "make deploy NAME=edge"],
    [{ NAME: "edge", STACK: "ec2" }, "make deploy STACK=ec2 NAME=edge"],
    [{ NAME: "blue", STACK: "serverless" }, "make deploy STACK=serverless NAME=blue"],
  ])("shortens the commands that are printed, which mean the same as %j", (given, printed) => {
    expect(currentDeployment(combined(given).env).make("deploy")).toBe(printed);
  });
});

describe("CONF-03 a file of settings is refused before anything runs", () => {
  const of = (entry: unknown) => ({ deployments: { prod: entry } });

  test.each<[what: string, file: unknown, refusal: string]>([
    ["a comma too many", '{\n "deployments": {\n  "dev": { "OS": "al2", }\n }\n}', "tintype.json, line 3: "],
    ["a comma too few", '{\n "deployments": {\n "a": {}\n "b": {}\n }\n}', "tintype.json, line 4: "],
    ["single quotes", '{\n "deployments": {\n  "dev": { "OS": \'al2\' }\n }\n}', "tintype.json, line 3: "],
    ["a comment", '// ours\n{ "deployments": {} }', "tintype.json, line 1: "],
    ["a line break in a value", '{ "deployments": { "a": {\n"OS": "al\n2" } } }', "tintype.json, line 2: "],
    ["an end too early", '{\n "deployments": {\n', "tintype.json, line 2: "],
    ["nothing in it", "", "tintype.json, line 1: "],
    ["too much in it", '{ "deployments": {} }\n}', "tintype.json, line 2: "],
    ["a key twice", '{ "deployments": { "a": {},\n "a": {} } }', 'tintype.json, line 2: "a" is there twice.'],
    ["another form", ["prod"], 'tintype.json: its form is { "deployments": {'],
    ["null", null, 'tintype.json: its form is { "deployments": {'],
    ["an unknown key", { deployments: {}, name: "x" }, 'tintype.json: there is no key "name". Its form is'],
    ["no settings", of("al2023"), "tintype.json, deployments.prod: use an object of settings"],
    [
      "an unknown setting",
      of({ DOMIAN: "a.b" }),
      "deployments.prod.DOMIAN: there is no such setting. Did you mean DOMAIN?",
    ],
    [
      "a name in lower case",
      of({ os: "al2" }),
      "deployments.prod.os: there is no such setting. Did you mean OS?",
    ],
    ["its own name", of({ NAME: "prod" }), "deployments.prod.NAME: leave it out, the name is the key"],
    ["an empty value", of({ DOMAIN: "" }), "deployments.prod.DOMAIN: it is empty: leave it out"],
    ["true", of({ DOMAIN: true }), "deployments.prod.DOMAIN: use a string or a whole number."],
    ["a list", of({ OS: ["al2"] }), "deployments.prod.OS: use a string or a whole number."],
    ["null as a value", of({ OS: null }), "deployments.prod.OS: use a string or a whole number."],
    ["an object", of({ OS: { toString: 1 } }), "deployments.prod.OS: use a string or a whole number."],
    [
      "a number that is not exact",
      of({ STATE_BUCKET: 2 ** 60 }),
      "STATE_BUCKET: use a string or a whole number.",
    ],
  ])("for %s", (_what, file, refusal) => {
    write(file);
    expect(readSettingsFile(path).faults).toEqual([expect.stringContaining(refusal)]);
  });

  test.each(["YES", "REPLACE", "FROM", "TO", "HOST", "FOLLOW", "FOR", "REPAIR", "PORT", "MODE"])(
    "for %s, which belongs to one command",
    (name) => {
      write(of({ [name]: "1" }));
      const [command] = Object.entries(settingsOf).find(([, names]) => names.includes(name)) ?? [];
      expect(readSettingsFile(path).faults.join("\n")).toContain(
        `tintype.json, deployments.prod.${name}: this is for one command (make ${command}`,
      );
    },
  );

  test.each([
    "prod-2",
    "d",
    "a23456789-123456789-",
    "a23456789-123456789-1",
    "Prod",
    "2prod",
    "-a",
    "a_b",
    "a.b",
    "",
  ])("for a name that no deployment can have, and for no other: %j", (name) => {
    write({ deployments: { [name]: {} } });
    const { success } = personsSettings.safeParse({ NAME: name });
    expect(readSettingsFile(path).faults.length).toBe(success ? 0 : 1);
  });

  test("with all that is wrong, also on the command line", () => {
    write({ deployments: { prod: { OSS: "al2" }, dev: { YES: "1" } } });
    const { status, stderr, found } = make("plan", "NAMES=x");
    expect({ status, found }).toEqual({ status: 2, found: {} });
    expect(stderr.match(/NAMES\.|prod\.OSS|dev\.YES/g)).toEqual(["NAMES.", "prod.OSS", "dev.YES"]);
  });

  test("for the value of a setting, under its name", () => {
    write({ deployments: { prod: { REGION: "mars", OS: "windows" } } });
    const { env } = combined({ NAME: "prod" });
    const faults = /In tintype\.json[^]*\n {2}REGION: use a region's code.*\n {2}OS: use al2 or al2023/;
    expect(() => currentDeployment(env)).toThrow(faults);
  });
});

describe("CONF-04 make help", () => {
  const { stdout } = spawnSync("make", { cwd: repository, encoding: "utf8" });
  const lines = stdout.split("\n").filter((line) => /^ {2}[A-Z_]+=/.test(line));
  const names = [...new Set(Object.values(settingsOf).flat())];

  test("lists each setting once, with what it means, in at most 100 columns", () => {
    expect(lines.map((line) => line.trim().split("=")[0]).toSorted()).toEqual(names.toSorted());
    expect(lines.filter((line) => line.slice(33).trim() === "")).toEqual([]);
    expect(stdout.split("\n").filter((line) => line.length > 100)).toEqual([]);
  });

  test("names the commands of a setting that is not a deployment's", () => {
    expect(stdout).toMatch(/^ {2}YES= +deploy, destroy, restore: /m);
    expect(stdout).toMatch(/^ {2}HOST= +backend +logs, ssh: /m);
  });

  test("names the defaults that apply", () => {
    const defaults = {
      ...personsSettings.parse({}),
      CLOUD: currentDeployment({}).cloud.name,
      STACK: currentDeployment({}).stack,
      LOCAL_PORT: 8080,
    };
    const shown = lines.map((line) => [line.trim().split("=")[0] ?? "", line.slice(19, 32).trim()] as const);
    const ofDeployments = shown.filter(([name]) => settingsOf["output"]?.includes(name));
    expect(Object.fromEntries(ofDeployments.filter(([, value]) => value !== ""))).toEqual(
      Object.fromEntries(Object.entries(defaults).map(([name, value]) => [name, String(value)])),
    );
  });
});
