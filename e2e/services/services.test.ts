import { existsSync } from "node:fs";
import { createServer } from "node:net";
import { once } from "node:events";
import { join } from "node:path";
import { afterAll, beforeAll, expect, jest, test } from "@jest/globals";
import { freePort } from "../../infra/cli/free-port.ts";
import { ensureEngine } from "../../infra/local-cloud/ec2/docker.ts";
import { makeWith, stateRoot, succeeding } from "../src/make.ts";
import { afterTurns } from "../src/turn.ts";
import { confinementTests } from "./confinement.ts";
import { containers, docker, lines, output } from "./containers.ts";
import { contractTests } from "./contract.ts";
import { faultTests } from "./faults.ts";
import { client } from "./person.ts";
import { scalingTests } from "./scaling.ts";

const minuteMs = 60_000;
const name = "e2e-services";
const port = await freePort();
const folder = join(stateRoot, `services-${name}`);
const make = makeWith([`NAME=${name}`], { name, timeoutMs: 8 * minuteMs });
const succeed = succeeding(make);
const site = client(() => `http://localhost:${port}`);

jest.setTimeout(9 * minuteMs);

let shown: string[] | undefined;
let project = "";
let before: string[] = [];

afterAll(async () => {
  await make("services-down");
});

/** The life of one copy: each test continues where the one before ended. */
afterTurns(() => {
  beforeAll(async () => {
    await make("services-down"); // of a run that was killed
  });

  test("SVC-20 is not begun if its port is taken", async () => {
    const taken = createServer().listen(port, "127.0.0.1");
    await once(taken, "listening");
    const { code, stderr } = await make("services", `LOCAL_PORT=${port}`);
    taken.close();
    expect({ code, stderr }).toMatchObject({
      code: 2,
      stderr: expect.stringContaining(`Port ${port} of this machine is taken.`),
    });
  });

  test("comes up healthy by one command, which prints its address", async () => {
    const { stderr } = await succeed("services", `LOCAL_PORT=${port}`);
    expect(stderr).toContain(`http://localhost:${port}\n`);
    const [, command = ""] = /^More: (.+) ps$/m.exec(stderr) ?? [];
    shown = command.split(" ");
    project = (await compose("config")).match(/tintype\.project: (\S+)/)?.[1] ?? "";
    expect(project).toMatch(/^tintype-e2e-services-\w{12}$/);
    before = await all().all();
    expect(before).toHaveLength(9);
    expect(await site.ask("GET", "/health")).toMatchObject({ status: 200, body: { status: "ok" } });
  });

  contractTests({ client: site });
  confinementTests({ containers: all, compose, folder, port });
  faultTests({ client: site, containers: all });

  test("a second run changes no container", async () => {
    await succeed("services");
    expect((await all().all()).toSorted()).toEqual(before.toSorted());
  });

  scalingTests({ client: site, containers: all, compose });

  test("SVC-20 leaves nothing, and nothing of others is touched", async () => {
    const other = `${project}-other`;
    await docker("network", "rm", other).catch(() => {}); // of a run that was killed
    await docker("network", "create", "--label", "com.docker.compose.project=tintype-other", other);
    try {
      await succeed("services-down");
      await ensureEngine(); // one that was started here ends with the last container
      expect(await all().left()).toEqual([]);
      expect(existsSync(folder)).toBe(false);
      expect(await lines("network", "ls", "--quiet", "--filter", `name=${other}`)).toHaveLength(1);
      await succeed("services-down");
    } finally {
      await ensureEngine();
      await docker("network", "rm", other);
    }
  });
});

function all() {
  if (project === "") throw new Error("nothing runs");
  return containers(project);
}

function compose(...args: string[]): Promise<string> {
  const [program = "", ...fixed] = shown ?? [];
  return output(program, ...fixed, ...args);
}
