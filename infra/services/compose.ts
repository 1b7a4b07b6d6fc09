import { join } from "node:path";
import { repository } from "../cli/paths.ts";
import { requireTools } from "../cli/requirements.ts";
import { run, tryRun } from "../cli/run.ts";
import { settingsFile, type Stack } from "./stack.ts";

export const composeFile = join(repository, "services/compose.yaml");

export type Compose = (...args: readonly string[]) => Promise<string>;

/** Compose for one stack: Docker's plugin, or if there is none, docker-compose 1.29, which is installed if that is possible. */
export async function composeOf(stack: Stack): Promise<{ compose: Compose; shown: string }> {
  const [program = "", ...words] = await composeProgram();
  const fixed = [...words, "--env-file", settingsFile(stack), "--file", composeFile];
  // Neither BuildKit nor its plugin comes with Debian's engine.
  const env: Record<string, string> =
    program === "docker-compose" ? { DOCKER_BUILDKIT: "0", COMPOSE_DOCKER_CLI_BUILD: "0" } : {};
  return {
    compose: (...args) => run(program, [...fixed, ...args], { env, log: stack.log }),
    shown: [program, ...fixed].join(" "),
  };
}

async function composeProgram(): Promise<string[]> {
  if ((await tryRun("docker", ["compose", "version"])).code === 0) return ["docker", "compose"];
  await requireTools(["compose"]);
  return ["docker-compose"];
}
