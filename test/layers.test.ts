import { execFileSync, spawnSync } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";

const repository = join(import.meta.dirname, "..");

interface Case {
  readonly fact: string;
  readonly file: string;
  readonly refused: string;
  /** What the same file may hold instead. */
  readonly allowed: string;
  /** @default - no-restricted-imports */
  readonly rule?: string;
}

const backend = "app-backend/src";
const frontend = "app-frontend/src";
const processEnv = "node(no-process-env)";
const properties = "eslint(no-restricted-properties)";
const globals = "eslint(no-restricted-globals)";

const imports = (path: string) => `import ${JSON.stringify(path)};\n`;
const readsPort = "export const port = process.env.PORT;\n";

/** A layer, what it may not import, and a neighbour that it may. */
const importCases: [fact: string, file: string, refused: string, allowed: string][] = [
  ["domain imports no package", `${backend}/domain/a.ts`, "zod", "./b.ts"],
  ["domain imports no module of Node", `${backend}/domain/b.ts`, "node:crypto", "./a.ts"],
  ["domain imports no port", `${backend}/domain/c.ts`, "../ports/a.ts", "./a.ts"],
  ["domain imports no use case", `${backend}/domain/d.ts`, "../usecases/a.ts", "./a.ts"],
  ["domain imports no other layer by a detour", `${backend}/domain/e.ts`, "./../http/a.ts", "./a.ts"],
  ["ports import no use case", `${backend}/ports/a.ts`, "../usecases/a.ts", "../domain/a.ts"],
  ["ports import no driver", `${backend}/ports/b.ts`, "mysql2/promise", "../domain/a.ts"],
  ["use cases know no HTTP", `${backend}/usecases/a.ts`, "../http/a.ts", "../ports/a.ts"],
  ["use cases know no framework", `${backend}/usecases/b.ts`, "express", "../domain/a.ts"],
  ["use cases know no SQL", `${backend}/usecases/c.ts`, "mysql2/promise", "./a.ts"],
  ["use cases know no AWS", `${backend}/usecases/d.ts`, "@aws-sdk/client-s3", "../ports/a.ts"],
  ["use cases know no adapter", `${backend}/usecases/e.ts`, "../adapters/mysql/a.ts", "../ports/a.ts"],
  ["an adapter knows no other adapter", `${backend}/adapters/mysql/a.ts`, "../s3/a.ts", "../../domain/a.ts"],
  [
    "an adapter knows no use case",
    `${backend}/adapters/mysql/b.ts`,
    "../../usecases/a.ts",
    "../../ports/a.ts",
  ],
  ["mysql knows no driver but its own", `${backend}/adapters/mysql/c.ts`, "jsonwebtoken", "mysql2/promise"],
  ["s3 knows no driver but its own", `${backend}/adapters/s3/a.ts`, "mysql2/promise", "@aws-sdk/client-s3"],
  [
    "dynamodb knows no driver but its own",
    `${backend}/adapters/dynamodb/a.ts`,
    "@aws-sdk/client-s3",
    "@aws-sdk/client-dynamodb",
  ],
  ["jwt knows no driver but its own", `${backend}/adapters/jwt/a.ts`, "@aws-sdk/client-s3", "jsonwebtoken"],
  ["openid knows no driver but its own", `${backend}/adapters/openid/a.ts`, "jsonwebtoken", "openid-client"],
  ["redis knows no driver but its own", `${backend}/adapters/redis/a.ts`, "mysql2/promise", "@redis/client"],
  [
    "simplewebauthn knows no driver but its own",
    `${backend}/adapters/simplewebauthn/a.ts`,
    "jsonwebtoken",
    "@simplewebauthn/server",
  ],
  ["ses knows no driver but its own", `${backend}/adapters/ses/a.ts`, "mysql2", "@aws-sdk/client-sesv2"],
  ["sns knows no driver but its own", `${backend}/adapters/sns/a.ts`, "mysql2", "@aws-sdk/client-sns"],
  [
    "cognito knows no driver but its own",
    `${backend}/adapters/cognito/a.ts`,
    "@aws-sdk/client-s3",
    "@aws-sdk/client-cognito-identity-provider",
  ],
  [
    "lambda knows no driver but its own",
    `${backend}/adapters/lambda/a.ts`,
    "@aws-sdk/client-s3",
    "@aws-sdk/client-lambda",
  ],
  [
    "ssm knows no driver but its own",
    `${backend}/adapters/ssm/a.ts`,
    "@aws-sdk/client-s3",
    "@aws-sdk/client-ssm",
  ],
  ["emf knows no driver", `${backend}/adapters/emf/a.ts`, "prom-client", "node:crypto"],
  ["sharp knows no driver but its own", `${backend}/adapters/sharp/a.ts`, "mysql2", "sharp"],
  ["argon2 knows no driver but its own", `${backend}/adapters/argon2/a.ts`, "mysql2", "@node-rs/argon2"],
  [
    "a new technology has no driver before it is named",
    `${backend}/adapters/mongodb/a.ts`,
    "mongodb",
    "node:timers/promises",
  ],
  ["an adapter reads no environment", `${backend}/adapters/mongodb/b.ts`, "node:process", "node:crypto"],
  ["http knows no adapter", `${backend}/http/a.ts`, "../adapters/mysql/a.ts", "../usecases/a.ts"],
  ["http knows no adapter by a detour", `${backend}/http/f.ts`, "../usecases/../adapters/a.ts", "./a.ts"],
  ["http knows no driver", `${backend}/http/b.ts`, "mysql2/promise", "express"],
  [
    "a facade knows no adapter",
    `${backend}/http/notestamp/a.ts`,
    "../../adapters/mysql/a.ts",
    "../../usecases/identity/a.ts",
  ],
  ["a facade knows no driver", `${backend}/http/notestamp/b.ts`, "multer-s3", "../contract/a.ts"],
  [
    "an application of services knows no adapter",
    `${backend}/http/services/a.ts`,
    "../../adapters/redis/a.ts",
    "../../usecases/identity/a.ts",
  ],
  ["http knows no settings", `${backend}/http/c.ts`, "../config/ec2.ts", "./a.ts"],
  ["http reads no environment", `${backend}/http/d.ts`, "node:process", "node:http"],
  [
    "compose knows no entrypoint",
    `${backend}/compose/a.ts`,
    "../entrypoints/ec2/server.ts",
    "../adapters/mysql/a.ts",
  ],
  [
    "an entrypoint chooses no adapter",
    `${backend}/entrypoints/ec2/a.ts`,
    "../../adapters/mysql/a.ts",
    "../../compose/ec2.ts",
  ],
  [
    "an entrypoint calls no use case",
    `${backend}/entrypoints/ec2/b.ts`,
    "../../usecases/a.ts",
    "../../process/a.ts",
  ],
  [
    "migrating needs no adapter but MySQL's",
    `${backend}/entrypoints/ec2/migrate-schema.ts`,
    "../../adapters/s3/a.ts",
    "../../adapters/mysql/a.ts",
  ],
  [
    "a use case in a folder knows no HTTP",
    `${backend}/usecases/identity/a.ts`,
    "../../http/a.ts",
    "../../ports/a.ts",
  ],
  ["a use case in a folder knows no SQL", `${backend}/usecases/identity/b.ts`, "mysql2/promise", "../a.ts"],
  [
    "a use case in a folder knows no adapter",
    `${backend}/usecases/operations/a.ts`,
    "../../adapters/s3/a.ts",
    "../../domain/a.ts",
  ],
  ["use cases know nothing above them", `${backend}/usecases/j.ts`, "../log.ts", "./identity/a.ts"],
  [
    "MySQL's backup knows no other adapter",
    `${backend}/adapters/mysql/backup/a.ts`,
    "../../s3/a.ts",
    "../pool.ts",
  ],
  [
    "MySQL's backup knows no driver but MySQL's",
    `${backend}/adapters/mysql/backup/b.ts`,
    "@aws-sdk/client-s3",
    "mysql2",
  ],
  [
    "MySQL's backup knows no use case",
    `${backend}/adapters/mysql/backup/c.ts`,
    "../../../usecases/a.ts",
    "../../../ports/a.ts",
  ],
  [
    "the contract calls no use case",
    `${backend}/http/contract/a.ts`,
    "../../usecases/a.ts",
    "../../domain/a.ts",
  ],
  ["the contract knows no route", `${backend}/http/contract/b.ts`, "../app.ts", "zod"],
  ["listening knows no adapter", `${backend}/process/a.ts`, "../adapters/mysql/a.ts", "../http/a.ts"],
  ["listening calls no use case", `${backend}/process/b.ts`, "../usecases/a.ts", "../http/contract/a.ts"],
  ["http does not listen", `${backend}/http/g.ts`, "../process/serve.ts", "./contract/a.ts"],
  ["ui knows no API", `${frontend}/ui/a.tsx`, "../api/account.ts", "./b.tsx"],
  ["ui knows no routes", `${frontend}/ui/b.tsx`, "../navigation/paths.ts", "react"],
  ["ui knows no session", `${frontend}/ui/c.tsx`, "../session/session.tsx", "./a.tsx"],
  ["ui knows no formatting", `${frontend}/ui/e.tsx`, "../format/dates.ts", "../product.ts"],
  ["format imports no other folder", `${frontend}/format/a.ts`, "../api/error.ts", "./b.ts"],
  ["format imports no package", `${frontend}/format/b.ts`, "react", "./c.ts"],
  ["navigation knows no page", `${frontend}/navigation/a.tsx`, "../pages/account.tsx", "react"],
  ["the API client knows no session", `${frontend}/api/a.ts`, "../session/store.ts", "../format/dates.ts"],
  ["the API client knows no form", `${frontend}/api/b.ts`, "../forms/errors.ts", "./a.ts"],
  ["the API client knows no page", `${frontend}/api/d.ts`, "../pages/account.tsx", "../product.ts"],
  ["forms know no session", `${frontend}/forms/a.ts`, "../session/session.tsx", "../api/error.ts"],
  ["forms know no page", `${frontend}/forms/b.ts`, "../pages/account.tsx", "react"],
  ["the session knows no page", `${frontend}/session/a.ts`, "../pages/account.tsx", "../api/account.ts"],
  ["the session knows no upload", `${frontend}/session/b.ts`, "../uploads/queue.ts", "../forms/email.ts"],
  ["uploads know no page", `${frontend}/uploads/a.ts`, "../pages/gallery.tsx", "../session/session.tsx"],
  ["a page does not know the application", `${frontend}/pages/a.tsx`, "../app.tsx", "../ui/a.tsx"],
  ["no page's part knows the application", `${frontend}/pages/b/c.tsx`, "../../main.tsx", "../a.tsx"],
  ["ui imports no infra", `${frontend}/ui/d.tsx`, "infra/src/settings.ts", "./a.tsx"],
  ["the API client imports no backend", `${frontend}/api/c.ts`, "app-backend/src/config/ec2.ts", "./a.ts"],
  ["constructs know no stack", "infra/src/constructs/a.ts", "../stacks/ec2.ts", "./b.ts"],
  ["constructs read no settings", "infra/src/constructs/b.ts", "../settings.ts", "./tags.ts"],
  ["constructs of EC2 know no stack", "infra/src/constructs/ec2/a.ts", "../../stacks/ec2.ts", "../tags.ts"],
  [
    "constructs of EC2 read no settings",
    "infra/src/constructs/ec2/b.ts",
    "../../settings.ts",
    "./user-data/user-data.ts",
  ],
  [
    "constructs of one stack know no other's",
    "infra/src/constructs/serverless/a.ts",
    "../ec2/host.ts",
    "../tags.ts",
  ],
  [
    "constructs of the serverless stack read no settings",
    "infra/src/constructs/serverless/b.ts",
    "../../settings.ts",
    "../tags.ts",
  ],
  [
    "constructs of all stacks know no serverless stack's own",
    "infra/src/constructs/g.ts",
    "./serverless/edge.ts",
    "./tags.ts",
  ],
  ["constructs of all stacks know no stack's own", "infra/src/constructs/f.ts", "./ec2/host.ts", "./tags.ts"],
  ["stacks know no local cloud", "infra/src/stacks/a.ts", "../../local-cloud/cloud.ts", "../constructs/a.ts"],
  ["stacks know no deployment", "infra/src/stacks/b.ts", "../../deploy/deployment.ts", "../settings.ts"],
  [
    "infra imports no backend",
    "infra/deploy/a.ts",
    "../../app-backend/src/config/ec2.ts",
    "../src/settings.ts",
  ],
  ["infra imports no frontend", "infra/deploy/b.ts", "app-frontend/src/app.tsx", "../src/settings.ts"],
  [
    "the local cloud knows no deploy",
    "infra/local-cloud/a.ts",
    "../deploy/deployment-lock.ts",
    "../cli/run.ts",
  ],
  ["the command-line kit knows no deploy", "infra/cli/a.ts", "../deploy/deployment.ts", "./run.ts"],
  [
    "the command-line kit knows no local cloud",
    "infra/cli/b.ts",
    "../local-cloud/cloud.ts",
    "./user-error.ts",
  ],
  [
    "a cloud knows no deployment",
    "infra/deploy/clouds/a.ts",
    "../deployment.ts",
    "../../local-cloud/cloud.ts",
  ],
  [
    "a command knows no local cloud",
    "infra/deploy/commands/a.ts",
    "../../local-cloud/cloud.ts",
    "../clouds/cloud.ts",
  ],
  [
    "a target knows no local cloud",
    "infra/deploy/ec2/a.ts",
    "../../local-cloud/cloud.ts",
    "../../cli/run.ts",
  ],
  [
    "the services know no deploy but its builds",
    "infra/services/a.ts",
    "../deploy/clouds/cloud.ts",
    "../deploy/build/services.ts",
  ],
  ["the services know no stack of AWS", "infra/services/b.ts", "../src/settings.ts", "../cli/run.ts"],
  ["development knows no deploy", "infra/dev/a.ts", "../deploy/deployment.ts", "../local-cloud/cloud.ts"],
  ["stacks know no command-line kit", "infra/src/stacks/d.ts", "../../cli/run.ts", "../settings.ts"],
  ["controls know no construct", "infra/src/policy/a.ts", "../constructs/a.ts", "./synthesized.ts"],
  ["controls know no CDKTF", "infra/src/policy/controls/a.ts", "cdktf", "../control.ts"],
  ["a construct imports no backend", "infra/src/constructs/c.ts", "app-backend/src/config/ec2.ts", "cdktf"],
  ["a process of the figures knows no load", "bench/src/processes/a.ts", "../load/load.ts", "./children.ts"],
  ["a load knows no figure", "bench/src/load/a.ts", "../figures/json.ts", "../processes/program.ts"],
  [
    "the backend imports no infra",
    "app-backend/test/a.ts",
    "../../infra/src/settings.ts",
    "../src/config/ec2.ts",
  ],
  ["http imports no infra", `${backend}/http/e.ts`, "infra/src/settings.ts", "zod"],
  ["the backend imports no frontend", `${backend}/log.ts`, "../../app-frontend/src/app.tsx", "pino"],
  ["the frontend imports no infra", "app-frontend/src/a.ts", "../../infra/src/settings.ts", "./b.ts"],
  ["the frontend imports no backend", "app-frontend/src/b.ts", "app-backend/src/config/ec2.ts", "./c.ts"],
];

const cases: Case[] = [
  ...importCases.map(([fact, file, refused, allowed]) => ({
    fact,
    file,
    refused: imports(refused),
    allowed: imports(allowed),
  })),
  {
    fact: "a re-export is an import",
    file: `${backend}/usecases/f.ts`,
    refused: 'export { a } from "../http/a.ts";\n',
    allowed: 'export { a } from "../ports/a.ts";\n',
  },
  {
    fact: "a type's import is an import",
    file: `${backend}/usecases/g.ts`,
    refused: 'import type { A } from "../http/a.ts";\nexport type B = A;\n',
    allowed: 'import type { A } from "../ports/a.ts";\nexport type B = A;\n',
  },
  {
    fact: "a dynamic import is an import",
    file: `${backend}/usecases/h.ts`,
    refused: 'export const a = await import("../http/a.ts");\n',
    allowed: 'export const a = await import("../ports/a.ts");\n',
  },
  {
    fact: "a construct knows the type of a setting, not its value",
    file: "infra/src/constructs/d.ts",
    refused: 'import { readSettings } from "../settings.ts";\nexport const a = readSettings({});\n',
    allowed: 'import type { Settings } from "../settings.ts";\nexport type A = Settings;\n',
  },
  {
    fact: "the domain reads no clock",
    file: `${backend}/domain/f.ts`,
    refused: "export const now = () => Date.now();\n",
    allowed: "export const after = (now: Date, ms: number) => new Date(now.getTime() + ms);\n",
    rule: properties,
  },
  {
    fact: "the domain knows no chance",
    file: `${backend}/domain/g.ts`,
    refused: "export const id = () => crypto.randomUUID();\n",
    allowed: "export const id = (random: () => string) => random();\n",
    rule: globals,
  },
  {
    fact: "a use case reads no environment",
    file: `${backend}/usecases/i.ts`,
    refused: readsPort,
    allowed: "export const port = 1;\n",
    rule: processEnv,
  },
  {
    fact: "an entrypoint reads no environment",
    file: `${backend}/entrypoints/ec2/c.ts`,
    refused: readsPort,
    allowed: imports("../../config/ec2.ts"),
    rule: processEnv,
  },
  {
    fact: "a part of process is the environment too",
    file: `${backend}/entrypoints/ec2/d.ts`,
    refused: "export const { env } = process;\n",
    allowed: "export const { pid } = process;\n",
    rule: properties,
  },
  {
    fact: "a construct reads no environment",
    file: "infra/src/constructs/e.ts",
    refused: readsPort,
    allowed: "export const port = 1;\n",
    rule: processEnv,
  },
  {
    fact: "a stack reads no environment",
    file: "infra/src/stacks/c.ts",
    refused: readsPort,
    allowed: imports("../constructs/a.ts"),
    rule: processEnv,
  },
];

interface Diagnostic {
  readonly code: string;
  readonly filename: string;
}

const folder = mkdtempSync(join(tmpdir(), "tintype-layers-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** Lints a tree of the given files with the repository's own configuration. */
function lint(name: string, files: Record<string, string>): Diagnostic[] {
  const root = join(folder, name);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  copyFileSync(join(repository, ".oxlintrc.json"), join(root, ".oxlintrc.json"));
  const linter = join(repository, "node_modules/oxlint/bin/oxlint");
  const { stdout } = spawnSync(process.execPath, [linter, "--format=json"], { cwd: root, encoding: "utf8" });
  const report = JSON.parse(stdout) as { diagnostics: Diagnostic[]; number_of_files: number };
  expect(report.number_of_files).toBe(Object.keys(files).length);
  return report.diagnostics;
}

describe("the linter", () => {
  let refusals: Diagnostic[];
  beforeAll(() => {
    refusals = lint("refused", Object.fromEntries(cases.map(({ file, refused }) => [file, refused])));
  });

  test.each(cases)("LAYER-01 refuses that: $fact", ({ file, rule = "eslint(no-restricted-imports)" }) => {
    const codes = refusals.filter(({ filename }) => filename === file).map(({ code }) => code);
    expect(codes).toContain(rule);
  });

  test("passes the same files without the violation", () => {
    expect(lint("allowed", Object.fromEntries(cases.map(({ file, allowed }) => [file, allowed])))).toEqual(
      [],
    );
  });

  test("LAYER-01 refuses a cycle of imports in the frontend, also of types", () => {
    const diagnostics = lint("cycle", {
      [`${frontend}/forms/a.ts`]: 'import { b } from "./b.ts";\nexport const a = b;\n',
      [`${frontend}/forms/b.ts`]: 'import type { a } from "./a.ts";\nexport const b: typeof a = 1;\n',
    });
    expect(diagnostics.map(({ code }) => code)).toContain("import(no-cycle)");
  });

  test("LAYER-02 lets the settings of a stack and main.ts alone read the environment", () => {
    const settings = ["ec2", "serverless"].map((stack) => [`${backend}/config/${stack}.ts`, readsPort]);
    expect(lint("environment", { ...Object.fromEntries(settings), "infra/src/main.ts": readsPort })).toEqual(
      [],
    );
  });
});

describe("stacks and playbooks", () => {
  /** Names that only something which knows its cloud would use. */
  const cloud = /\bCLOUD\b|\bcloud\s*[!=]=|\bis_local\b|local[-_]cloud|\bmoto\b|AWS_ENDPOINT|endpoint_url/;

  test.each([
    'if (process.env.CLOUD === "local") {}',
    'when: cloud == "local"',
    "- include_tasks: local-cloud.yml",
    "AWS_ENDPOINT_URL_S3=http://localhost",
  ])("a line knows its cloud: %s", (line) => {
    expect(line).toMatch(cloud);
  });

  test("LAYER-03 do not know which cloud they are in", () => {
    const args = ["ls-files", "-z", "-co", "--exclude-standard", "infra/src", "ansible"];
    const files = execFileSync("git", args, { cwd: repository, encoding: "utf8" })
      .split("\0")
      .filter(Boolean);
    expect(files.length).toBeGreaterThan(10);
    const knowing = files.filter((file) => cloud.test(readFileSync(join(repository, file), "utf8")));
    expect(knowing).toEqual([]);
  });
});

describe("commands on a deployment", () => {
  /** The name of a cloud as a value: a comparison with it, or a choice by it. */
  const named = /(["'`])(aws|local)\1/;

  test.each(['if (cloud === "local") {}', "cloud.name !== 'aws'", 'const clouds = ["aws"];'])(
    "a line knows its cloud: %s",
    (line) => {
      expect(line).toMatch(named);
    },
  );

  test("LAYER-04 know a cloud in infra/deploy/clouds alone", () => {
    const args = ["ls-files", "-z", "-co", "--exclude-standard", "infra/deploy"];
    const files = execFileSync("git", args, { cwd: repository, encoding: "utf8" }).split("\0");
    const outside = files.filter((file) => /\.m?[jt]s$/.test(file) && !file.includes("/clouds/"));
    expect(outside.length).toBeGreaterThan(50);
    const read = (file: string) => (existsSync(file) ? readFileSync(file, "utf8") : "");
    expect(outside.filter((file) => named.test(read(join(repository, file))))).toEqual([]);
  });
});
