import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterAll, describe, expect, test } from "@jest/globals";

const repository = join(import.meta.dirname, "../..");
const scratch = mkdtempSync(join(tmpdir(), "tintype-commands-"));
const name = "refused";

afterAll(() => {
  rmSync(scratch, { recursive: true });
  for (const cloud of ["aws", "local"]) {
    rmSync(join(repository, `.tintype/${cloud}-${name}`), { recursive: true, force: true });
  }
});

interface Outcome {
  readonly code: number | null;
  readonly said: string;
}

/** Runs a command of the Makefile as a person without AWS credentials. */
function tell(command: string, env: NodeJS.ProcessEnv): Outcome {
  const { status, stderr } = spawnSync(
    process.execPath,
    ["--no-warnings", "--import", "tsx", `infra/deploy/${command}.ts`],
    {
      cwd: repository,
      encoding: "utf8",
      env: {
        PATH: process.env["PATH"],
        HOME: scratch,
        AWS_EC2_METADATA_DISABLED: "true",
        NAME: name,
        OPERATOR_CIDR: "203.0.113.7/32",
        ...env,
      },
    },
  );
  return { code: status, said: stderr };
}

/** A PATH on which some programs are not found, nor what could install them. */
function pathWithout(...programs: string[]): string {
  const folder = mkdtempSync(join(scratch, "path-"));
  const missing = new Set([...programs, "apt-get", "sudo"]);
  const system = ["/usr/sbin", "/sbin", "/usr/local/sbin"];
  for (const from of [...(process.env["PATH"] ?? "").split(delimiter), ...system]) {
    for (const program of existsSync(from) ? readdirSync(from) : []) {
      const link = join(folder, program);
      if (!missing.has(program) && !existsSync(link)) symlinkSync(join(from, program), link);
    }
  }
  return folder;
}

const made = (cloud: string) => existsSync(join(repository, `.tintype/${cloud}-${name}/stack`));

describe("a deploy is refused before anything is made", () => {
  test("without AWS credentials", () => {
    const { code, said } = tell("deploy", { CLOUD: "aws" });
    expect(said).toMatch(/aws configure.*AWS_ACCESS_KEY_ID/s);
    expect(said).toContain("make deploy CLOUD=local");
    expect({ code, made: made("aws") }).toEqual({ code: 2, made: false });
  });

  test.each(["aws", "local"])("with what is not a region's code (%s)", (cloud) => {
    const { code, said } = tell("deploy", { CLOUD: cloud, REGION: "mars" });
    expect(said).toContain("REGION: use a region's code, such as eu-central-1");
    expect({ code, made: made(cloud) }).toEqual({ code: 2, made: false });
  });

  test("with several settings that are wrong, all of them named", () => {
    const { code, said } = tell("deploy", { CLOUD: "azure", NAME: "No", OPERATOR_CIDR: "me", OS: "bsd" });
    expect(said.match(/^ {2}[A-Z_]+(?=: )/gm)?.toSorted()).toEqual([
      "  CLOUD",
      "  NAME",
      "  OPERATOR_CIDR",
      "  OS",
    ]);
    expect(code).toBe(2);
  });

  test("without Terraform", () => {
    const { code, said } = tell("deploy", { CLOUD: "local", PATH: pathWithout("terraform") });
    expect(said).toContain("Terraform 1.5 or newer: https://");
    expect({ code, made: made("local") }).toEqual({ code: 2, made: false });
  });

  test("without Docker", () => {
    const { code, said } = tell("deploy", { CLOUD: "local", PATH: pathWithout("docker", "dockerd") });
    expect(said).toContain("Docker: https://docs.docker.com/engine/install");
    expect({ code, made: made("local") }).toEqual({ code: 2, made: false });
  });
});

test.each(["output", "status", "logs"])("%s of what is not there says how to deploy", (command) => {
  const { code, said } = tell(command, { CLOUD: "local" });
  expect(said).toContain("make deploy CLOUD=local");
  expect(code).not.toBe(0);
});

test("a destroy of what is not there says so and is content", () => {
  const { code, said } = tell("destroy", { CLOUD: "aws" });
  expect(said).toContain(`Nothing is deployed under the name ${name}.`);
  expect(code).toBe(0);
});
