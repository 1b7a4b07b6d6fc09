import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "@jest/globals";
import {
  commandLine,
  foreignSettings,
  isOnDeployment,
  settingsFor,
  settingsOf,
} from "../../deploy/settings.mjs";

const repository = join(import.meta.dirname, "../../..");
const commands = Object.keys(settingsOf);
const all = [...new Set(Object.values(settingsOf).flat())];
const scratch = mkdtempSync(join(tmpdir(), "tintype-settings-"));

afterAll(() => rmSync(scratch, { recursive: true }));

function faultsOf(command: string, given: string, shell: NodeJS.ProcessEnv = {}, typed?: string[]): string {
  const asked = { commands: [command], makeflags: ` -- ${given}`, shell, hostname: "desk.example.org" };
  return settingsFor({ ...asked, ...(typed && { typed }) }).faults.join("\n");
}

/** Runs make as a person would, on a Makefile whose one command prints which settings reach a program. */
function printed(args: string[], env: NodeJS.ProcessEnv = {}) {
  const launcher = join(repository, "infra/deploy/command.mjs");
  writeFileSync(join(scratch, "backup.ts"), "console.log(JSON.stringify(process.env));");
  const recipe = `\t@node --no-warnings ${launcher} $$PPID backup.ts\n`;
  writeFileSync(
    join(scratch, "Makefile"),
    `export TINTYPE_GOALS := $(MAKECMDGOALS)\nbackup:\n${recipe}deploy: backup\n`,
  );
  const { status, stdout, stderr } = spawnSync("make", args, {
    cwd: scratch,
    encoding: "utf8",
    env: { PATH: process.env["PATH"], ...env },
  });
  return { status, stderr, env: (stdout === "" ? {} : JSON.parse(stdout)) as Record<string, string> };
}

/** What make does with the real Makefile, without doing it. */
function dryRun(args: string[], env: NodeJS.ProcessEnv = {}) {
  return spawnSync("make", ["--dry-run", ...args], {
    cwd: repository,
    encoding: "utf8",
    env: { PATH: process.env["PATH"], ...env },
  });
}

test("USE-30 every command of the Makefile says which settings it reads, and no other does", () => {
  const makefile = readFileSync(join(repository, "Makefile"), "utf8");
  const described = [...makefile.matchAll(/^([a-z-]+):.*## /gm)].map(([, command]) => command);
  expect(commands.toSorted()).toEqual(described.toSorted());
});

describe.each(commands)("USE-30 make %s", (command) => {
  const read = settingsOf[command] ?? [];

  test("takes the settings that it reads", () => {
    expect(read.filter((name) => faultsOf(command, `${name}=1`) !== "")).toEqual([]);
  });

  test("refuses the settings of other commands", () => {
    const others = all.filter((name) => !read.includes(name));
    const taken = others.filter((name) => !faultsOf(command, `${name}=1`).includes(`does not read ${name}.`));
    expect(taken).toEqual([]);
  });

  test("refuses every name in lower case, and names the right one", () => {
    const wrong = all.map((name) => ({ name, printed: faultsOf(command, `${name.toLowerCase()}=blue`) }));
    expect(wrong.filter(({ name, printed }) => !printed.includes(`Did you mean ${name}?`))).toEqual([]);
  });

  test("refuses every name that lacks a letter, has two exchanged, or one too many", () => {
    const misspelt = (name: string) => [
      name.slice(1),
      `${name}S`,
      `${name.slice(0, -2)}${name.at(-1)}${name.at(-2)}`,
    ];
    const names = all.flatMap(misspelt).filter((name) => !all.includes(name));
    const taken = names.filter((name) => !faultsOf(command, `${name}=x`).includes(`no setting ${name}.`));
    expect(taken).toEqual([]);
  });

  test("refuses a setting that is empty, given twice, or stands in the shell's environment", () => {
    for (const name of read) {
      expect(faultsOf(command, `${name}=`)).toContain(`${name} is empty`);
      expect(faultsOf(command, `${name}=b`, {}, ["make", command, `${name}=a`, `${name}=b`])).toContain(
        `${name} is given 2 times`,
      );
      expect(faultsOf(command, "", { [name]: "blue" })).toContain(`${name}=blue. Unset it`);
      expect(faultsOf(command, "", { [name]: "" })).toBe("");
      expect(faultsOf(command, `${name}=green`, { [name]: "green" })).toBe(""); // as make exports it
    }
  });
});

test("USE-30 make refuses lower-case names with every command, before anything runs", () => {
  const { status, stderr, stdout } = dryRun(["deploy", "name=blue", "CLOUD=local"]);
  expect(stderr).toContain("There is no setting name. Did you mean NAME?");
  expect({ status, deploys: stdout.includes("deploy.ts") }).toEqual({ status: 2, deploys: false });
  for (const command of commands.filter((each) => each !== "deploy")) {
    const refused = dryRun([command, "naem=blue"]);
    expect({ command, status: refused.status, stderr: refused.stderr }).toEqual({
      command,
      status: 2,
      stderr: expect.stringContaining("There is no setting naem. Did you mean NAME?"),
    });
  }
});

test.each([
  ["two goals", ["plan", "deploy", "REPLACE=backend"], ""],
  ["two goals of which one reads it", ["backup", "deploy", "TO=x"], ""],
  ["two goals of which none reads it", ["plan", "deploy", "FROM=x"], "make plan deploy does not read FROM."],
  ["goals at once", ["-j4", "plan", "deploy", "NAMES=x"], "There is no setting NAMES. Did you mean NAME?"],
  ["errors ignored", ["-i", "deploy", "NAMES=x"], "There is no setting NAMES"],
  ["behind --", ["deploy", "--", "nmae=x"], "There is no setting nmae. Did you mean NAME?"],
  ["no goal", ["CLOUD=local"], "make help does not read CLOUD."],
  ["twice", ["deploy", "NAME=blue", "NAME=green"], "NAME is given 2 times."],
  ["twice in other ways", ["deploy", "NAME:=blue", "NAME=green"], "NAME is given 2 times."],
  ["nothing", ["destroy", "NAME="], "NAME is empty"],
  ["make's own", ["check", "SHELL=/bin/sh"], ""],
])("USE-30 make heeds %s", (_what, args, refusal) => {
  const { status, stderr } = dryRun(args);
  if (refusal === "") expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  else expect(stderr).toContain(refusal);
});

test("USE-30 make runs no command whose settings are wrong, also when it ignores errors", () => {
  const { env, stderr } = printed(["-i", "backup", "name=blue"]);
  expect({ env, stderr }).toEqual({ env: {}, stderr: expect.stringContaining("no setting name") });
});

test.each([
  "a b",
  `it's "so"`,
  "a$b $(shell echo x) $$",
  "\\a\\\\ b#c",
  "~/x",
  "a=b",
  "\ttab",
  "né ☂",
  "x\ny",
])("USE-30 a value reaches the command as it was typed: %j", (value) => {
  expect(printed(["backup", `TO=${value.trimStart()}`, "NAME=blue"]).env).toMatchObject({
    TO: value.trimStart(),
    NAME: "blue",
  });
});

test("USE-30 what make 3.81 writes, without -- unless flags stand before it, is read alike", () => {
  const pairs = [
    ["NAME", "a b"],
    ["TO", "x$y"],
  ];
  expect(commandLine("NAME=a\\ b TO=x$$y")).toEqual(pairs);
  expect(commandLine("n -- NAME=a\\ b TO=x$$y")).toEqual(pairs);
  expect(commandLine(" -j2 --jobserver-fds=3,4 -- NAME=a\\ b TO=x$$y")).toEqual(pairs);
  expect(commandLine("kn")).toEqual([]);
});

test("USE-30 the environment's NAME and HOST are passed over if they are this machine's name, as WSL and tcsh set them", () => {
  const short = hostname().split(".")[0]!.toUpperCase();
  const { status, env } = printed(["backup"], { NAME: short, HOST: hostname() });
  expect({ status, name: env["NAME"], host: env["HOST"] }).toEqual({
    status: 0,
    name: undefined,
    host: undefined,
  });
  expect(dryRun(["logs"], { HOST: "frontend" }).stderr).toContain("HOST=frontend. Unset it");
});

test("USE-30 settings of the environment that no asked command reads are no concern", () => {
  expect(commands.filter((command) => !isOnDeployment(command))).toContain("check");
  expect(dryRun(["check"], { NAME: "blue", FROM: "x" }).status).toBe(0);
  expect(dryRun(["status"], { FROM: "x", PORT: "80" }).status).toBe(0);
});

test("USE-30 a setting of the other stack is refused, by the command line or the file", () => {
  expect(foreignSettings({ OS: "al2023", REPLACE: "backend" })).toEqual([]);
  expect(foreignSettings({ STACK: "serverless", OS: "al2023", HOST: "frontend", DOMAIN: "none" })).toEqual([
    "OS is a setting of STACK=ec2: leave it out.",
    "HOST is a setting of STACK=ec2: leave it out.",
  ]);
  expect(foreignSettings({ STACK: "serverless", NOTESTAMP: "on", PROVIDERS: "a" })).toEqual([
    "NOTESTAMP is a setting of STACK=ec2: leave it out.",
  ]);
  expect(foreignSettings({ LOSE: "a" })).toEqual(["LOSE is a setting of STACK=serverless: leave it out."]);
  expect(foreignSettings({ STACK: "lambda", OS: "al2023" })).toEqual([]); // the deployment refuses the stack
});
