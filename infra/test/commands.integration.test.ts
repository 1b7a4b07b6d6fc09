import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { CreateVpcCommand, DeleteVpcCommand, EC2Client } from "@aws-sdk/client-ec2";
import { afterAll, afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { currentDeployment } from "../deploy/deployment.ts";
import { writeState } from "./deploy/scratch-deployment.ts";
import { teller } from "./run-command.ts";

const repository = join(import.meta.dirname, "../..");
const scratch = mkdtempSync(join(tmpdir(), "tintype-commands-"));
const name = "refused";
const tell = teller({ name, home: scratch });

afterAll(() => {
  rmSync(scratch, { recursive: true });
  for (const cloud of ["aws", "local"]) {
    rmSync(join(repository, `.tintype/${cloud}-${name}`), { recursive: true, force: true });
  }
});

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
    const { code, said } = tell("deploy", { CLOUD: "azure", NAME: "No", OPERATOR_CIDR: "me", REPLACE: "db" });
    expect(said.match(/^ {2}[A-Z_]+(?=: )/gm)?.toSorted()).toEqual([
      "  CLOUD",
      "  NAME",
      "  OPERATOR_CIDR",
      "  REPLACE",
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

test.each(["output", "status", "logs", "rollback"])(
  "%s of what is not there says how to deploy",
  (command) => {
    const { code, said } = tell(command, { CLOUD: "local" });
    expect(said).toContain("make deploy CLOUD=local");
    expect(code).not.toBe(0);
    expect(existsSync(join(repository, `.tintype/local-${name}`))).toBe(false);
  },
);

test.each(["ssh", "backup", "restore"])("a stack without %s says so in one sentence", (command) => {
  const { code, said } = tell(command, { CLOUD: "local", STACK: "serverless" });
  expect(said).toMatch(new RegExp(`^\\nSTACK=serverless has no \`make ${command}\`: .*\\.\n$`));
  expect(code).toBe(2);
});

describe("a deployment that is there", () => {
  const folder = join(repository, `.tintype/aws-${name}`);
  const stack = join(folder, "stack/stacks/ec2");

  beforeEach(() => {
    mkdirSync(stack, { recursive: true });
    writeFileSync(join(stack, "terraform.tfstate"), '{"version":4,"outputs":{}}');
    writeFileSync(join(folder, "place.json"), '{"region":"us-east-1","account":"111122223333"}');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  test("is not destroyed without a confirmation", () => {
    const { code, said } = tell("destroy", { CLOUD: "aws" });
    expect(said).toContain(`make destroy NAME=${name} YES=1`);
    expect(code).toBe(2);
    expect(tell("destroy", { CLOUD: "aws", YES: "1" }).said).toContain("aws configure"); // the next obstacle
  });

  test.each(["output", "status", "logs", "ssh", "rollback"])(
    "that did not finish is reported by %s",
    (command) => {
      writeState({ terraformFolder: stack });
      const { code, said } = tell(command, { CLOUD: "aws" });
      expect(said).toContain("A deploy did not finish: 2 resources exist.");
      expect(said).toContain(`make destroy NAME=${name}`);
      expect(code).toBe(1);
    },
  );

  test("whose hosts are gone has a status that says so", () => {
    const local = join(repository, `.tintype/local-${name}/stack/stacks/ec2`);
    mkdirSync(local, { recursive: true });
    writeState({ terraformFolder: local }, {});
    const { code, shown } = tell("status", { CLOUD: "local" });
    rmSync(join(repository, `.tintype/local-${name}`), { recursive: true });
    expect(shown).toMatch(/^site +! not reachable$/m);
    for (const host of ["frontend", "backend"]) {
      expect(shown).toContain(
        `The ${host} host is missing or stopped. To bring it back: make deploy CLOUD=local`,
      );
    }
    expect(code).toBe(1);
  });

  test.each(["deploy", "rollback", "plan", "destroy"])(
    "is not looked for in another region by %s",
    (command) => {
      const { code, said } = tell(command, { CLOUD: "aws", REGION: "eu-central-1", YES: "1" });
      expect(said).toContain("This deployment is in us-east-1. Say so with every command: REGION=us-east-1");
      expect({ code, synthesized: readdirSync(stack) }).toEqual({
        code: 2,
        synthesized: ["terraform.tfstate"],
      });
    },
  );

  test.each(["deploy", "rollback", "plan", "destroy"])(
    "is left alone by %s while another command changes it",
    (command) => {
      writeFileSync(join(folder, "lock"), JSON.stringify(lockOf(process.pid)));
      const { code, said } = tell(command, { CLOUD: "aws", YES: "1" });
      expect(said).toContain(
        `\`make first\` has been running on this deployment since then (process ${process.pid})`,
      );
      expect({ code, lock: existsSync(join(folder, "lock")) }).toEqual({ code: 2, lock: true });
    },
  );
});

function lockOf(pid: number) {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  const start = stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
  return { pid, start, command: "make first", since: "then" };
}

describe("a destroy of what is not there", () => {
  const inMoto = {
    AWS_ENDPOINT_URL: process.env["MOTO_URL"]!,
    AWS_ACCESS_KEY_ID: "AKIAIOSFODNN7EXAMPLE",
    AWS_SECRET_ACCESS_KEY: "secret",
  };

  test("says so and is content, but says too that AWS was not asked", () => {
    const { code, said } = tell("destroy", { CLOUD: "aws" });
    expect(said).toContain(`Nothing is deployed under the name ${name}.`);
    expect(said).toContain("without credentials AWS was not asked");
    expect({ code, folder: existsSync(join(repository, `.tintype/aws-${name}`)) }).toEqual({
      code: 0,
      folder: false,
    });
  });

  test.each([
    ["region", { region: "eu-central-1" }, "This deployment is in eu-central-1"],
    ["account", { region: "us-east-1", account: "111122223333" }, "in the AWS account 111122223333"],
  ])("STATE-02 is content in no other %s than the one where a deploy began", (_what, place, reason) => {
    const folder = join(repository, `.tintype/aws-${name}`);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "place.json"), JSON.stringify(place));
    const elsewhere = tell("destroy", { CLOUD: "aws", ...inMoto });
    expect(elsewhere.said).toContain(reason);
    expect(elsewhere.code).toBe(2);
    rmSync(join(folder, "place.json"));
  });

  test("is content there, and the name may be used anywhere then; never without having asked", () => {
    const file = join(repository, `.tintype/aws-${name}/place.json`);
    mkdirSync(join(file, ".."), { recursive: true });
    writeFileSync(file, JSON.stringify({ region: "eu-central-1" }));
    const REGION = "eu-central-1";
    const unasked = tell("destroy", { CLOUD: "aws", REGION });
    expect(unasked.said).toContain("aws configure");
    expect({ code: unasked.code, begun: existsSync(file) }).toEqual({ code: 2, begun: true });
    const asked = tell("destroy", { CLOUD: "aws", REGION, ...inMoto });
    expect(asked.said).toContain("0 resources with its tag in eu-central-1");
    expect({ code: asked.code, begun: existsSync(file) }).toEqual({ code: 0, begun: false });
  });

  test("asks AWS by tag, and tells what is there after all", async () => {
    expect(tell("destroy", { CLOUD: "aws", ...inMoto })).toMatchObject({
      code: 0,
      said: expect.stringContaining("0 resources with its tag in us-east-1"),
    });
    const client = new EC2Client({
      endpoint: inMoto.AWS_ENDPOINT_URL,
      region: "us-east-1",
      credentials: { accessKeyId: inMoto.AWS_ACCESS_KEY_ID, secretAccessKey: "secret" },
    });
    const tags = { Project: "tintype", Deployment: name };
    const Tags = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
    const { Vpc } = await client.send(
      new CreateVpcCommand({
        CidrBlock: "10.9.0.0/16",
        TagSpecifications: [{ ResourceType: "vpc", Tags }],
      }),
    );
    const { code, said } = tell("destroy", { CLOUD: "aws", ...inMoto });
    await client.send(new DeleteVpcCommand({ VpcId: Vpc!.VpcId! }));
    expect(said).toContain(Vpc!.VpcId!);
    expect(said).toContain("this machine has no record of what carries its tag in us-east-1");
    expect(code).toBe(1);
  });
});

test("the port of the last deploy holds for the next, unless another is set", () => {
  const folder = join(repository, `.tintype/local-${name}`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "local-port"), "8690");
  const given = { CLOUD: "local", NAME: name };
  expect(currentDeployment(given).localPort).toBe(8690);
  expect(currentDeployment({ ...given, LOCAL_PORT: "8691" }).localPort).toBe(8691);
  rmSync(folder, { recursive: true });
  expect(currentDeployment(given).localPort).toBe(8080);
});

test("a shell on a host that is not reached fails", () => {
  const folder = join(repository, `.tintype/aws-${name}`);
  const stack = join(folder, "stack/stacks/ec2");
  mkdirSync(stack, { recursive: true });
  const nowhere = { instanceId: "i-0b", publicIp: "127.0.0.255", privateIp: "10.0.0.5", apiPort: 8080 };
  writeState({ terraformFolder: stack }, { backend: nowhere });
  const { code, said } = tell("ssh", { CLOUD: "aws" });
  rmSync(folder, { recursive: true });
  expect(said).toContain("The backend host could not be reached, or closed the connection.");
  expect(code).toBe(1);
});
