import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { repository } from "../src/make.ts";

const execute = promisify(execFile);
const projectLabel = "com.docker.compose.project";

/** What a program prints; rejects if it fails. */
export async function output(program: string, ...args: readonly string[]): Promise<string> {
  const options = { cwd: repository, maxBuffer: 64 * 2 ** 20 };
  const { stdout, stderr } = await execute(program, [...args], options);
  return program === "docker" && args[0] === "logs" ? stdout + stderr : stdout;
}

export const docker = (...args: readonly string[]) => output("docker", ...args);

export async function lines(...args: readonly string[]): Promise<string[]> {
  return (await docker(...args)).split("\n").filter((line) => line !== "");
}

/** The containers of a project, by docker alone. */
export function containers(project: string) {
  const ofProject = ["--filter", `label=${projectLabel}=${project}`];
  const ofService = (service: string) => [
    ...ofProject,
    "--filter",
    `label=com.docker.compose.service=${service}`,
  ];

  /** Names of the running containers of a service, the oldest first. */
  async function named(service: string): Promise<string[]> {
    return (await lines("ps", ...ofService(service), "--format", "{{.Names}}")).toReversed();
  }

  async function the(service: string): Promise<string> {
    const [name, ...others] = await lines("ps", "--all", ...ofService(service), "--format", "{{.Names}}");
    if (name === undefined || others.length > 0) throw new Error(`${service} is not one container`);
    return name;
  }

  return {
    named,
    the,
    /** Service and id of each, those that have ended included. */
    all: () =>
      lines(
        "ps",
        "--all",
        "--no-trunc",
        ...ofProject,
        "--format",
        '{{.Label "com.docker.compose.service"}} {{.ID}}',
      ),
    /** How many are healthy. */
    healthy: async (service: string) =>
      (await lines("ps", "--quiet", ...ofService(service), "--filter", "health=healthy")).length,
    /** Runs a program in the one container of a service. */
    inside: async (service: string, ...command: readonly string[]) =>
      docker("exec", await the(service), ...command),
    /** Runs a script of Node in the network of a service's container, whatever programs that has. */
    async beside(service: string, script: string): Promise<string> {
      const image = (await docker("inspect", "--format", "{{.Image}}", await the("verifier"))).trim();
      const network = `--network=container:${await the(service)}`;
      return docker("run", "--rm", network, "--entrypoint=node", image, "-e", script);
    },
    /** Whether all networks of a service's container are internal. */
    async isInside(service: string): Promise<boolean> {
      const format = "{{range .NetworkSettings.Networks}}{{.NetworkID}} {{end}}";
      const networks = (await docker("inspect", "--format", format, await the(service))).trim().split(" ");
      const internal = await lines("network", "inspect", "--format", "{{.Internal}}", ...networks);
      return internal.every((text) => text === "true");
    },
    /** Everything that Docker has of the project. */
    async left(): Promise<string[]> {
      const found = await Promise.all([
        lines("ps", "--all", "--quiet", ...ofProject),
        lines("network", "ls", "--quiet", ...ofProject),
        lines("volume", "ls", "--quiet", ...ofProject),
        lines("image", "ls", "--all", "--quiet", "--filter", `label=tintype.project=${project}`),
      ]);
      return found.flat();
    },
  };
}

export type Containers = ReturnType<typeof containers>;
