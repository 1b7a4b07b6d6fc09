import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { tryRun } from "../../../cli/run.ts";
import { docker, dockerLines, setPaused } from "../../ec2/docker.ts";
import { lambdaBootstrap } from "./paths.ts";
import { printLines } from "./process-sandboxes.ts";
import type { Ending, SandboxProps, Sandboxes } from "./sandbox.ts";

export interface ContainerSandboxesProps {
  /** A Node program that the image's C library can run. */
  readonly node: string;
  readonly image: string;
  /** Names the runner's containers to the next runner. */
  readonly label: string;
}

const megabytesOfOneCore = 1769; // https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html

/** Environments as read-only containers that may do and use what Lambda allows, on the network of this machine. */
export function containerSandboxes(props: ContainerSandboxesProps): Sandboxes {
  const label = `tintype.lambda=${props.label}`;
  return {
    start(sandbox) {
      const name = `tintype-lambda-${randomBytes(8).toString("hex")}`;
      const client = spawn("docker", runArguments(name, label, props, sandbox), {
        env: { ...process.env, ...passedOn(sandbox.env) },
        detached: true, // else a signal for the runner's group is passed on to the function
        stdio: ["ignore", "pipe", "pipe"],
      });
      printLines(client, sandbox.onLine);
      const ended = new Promise<Ending>((resolve) => {
        client.once("error", () => resolve({ code: 127, outOfMemory: false }));
        client.once("exit", (code) => resolve({ code, outOfMemory: code === 137 }));
      });
      return {
        ended,
        freeze: () => setPaused(name, true),
        thaw: () => setPaused(name, false),
        async kill() {
          const gone = ended.then(() => true);
          // Again until the client has ended: it may create the container after a removal that came too early.
          do await tryRun("docker", ["rm", "--force", name]);
          while (!(await Promise.race([gone, sleep(500, false)])));
          await tryRun("docker", ["rm", "--force", name]);
        },
      };
    },
    taskRoot: () => "/var/task",
    sweep: () => removeEnvironments(props.label),
  };
}

/** Removes what a runner with that label left when it was killed. */
export async function removeEnvironments(label: string): Promise<void> {
  const left = await dockerLines("ps", "--all", "--quiet", "--filter", `label=tintype.lambda=${label}`);
  if (left.length > 0) await docker("rm", "--force", ...left);
}

/** Names that the docker command itself goes by, and which a function must not change for it. */
const isClients = (name: string) => /^(PATH|HOME|DOCKER_.*|XDG_.*|(https?|no)_proxy)$/i.test(name);

const passedOn = (env: SandboxProps["env"]) =>
  Object.fromEntries(Object.entries(env).filter(([name]) => !isClients(name)));

function runArguments(
  name: string,
  label: string,
  { node, image }: ContainerSandboxesProps,
  { task, env, memoryMb, tmpMb }: SandboxProps,
): string[] {
  return [
    ...["run", "--rm", "--init", "--name", name, "--label", label],
    ...["--read-only", "--tmpfs", `/tmp:size=${tmpMb}m,mode=1777`],
    ...[
      "--network",
      "host",
      "--add-host",
      "s3.localhost:127.0.0.1",
      "--user",
      "993:990",
      "--cap-drop",
      "ALL",
      "--security-opt",
      "no-new-privileges",
    ],
    ...["--memory", `${memoryMb}m`, "--memory-swap", `${memoryMb}m`, "--pids-limit", "1024"],
    ...["--cpus", Math.max(0.05, memoryMb / megabytesOfOneCore).toFixed(2)],
    ...["--volume", `${node}:/var/lang/bin/node:ro`],
    ...["--volume", `${lambdaBootstrap}:/var/runtime/bootstrap.mjs:ro`],
    ...["--volume", `${task}:/var/task:ro`, "--workdir", "/var/task"],
    // Values by the client's environment: what stands in a command line, every user of the machine can read.
    ...Object.entries(env).flatMap(([key, value]) => ["--env", isClients(key) ? `${key}=${value}` : key]),
    ...["--entrypoint", "/var/lang/bin/node", image, "/var/runtime/bootstrap.mjs"],
  ];
}
