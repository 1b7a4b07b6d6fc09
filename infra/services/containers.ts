import { printable } from "../cli/printable.ts";
import { tryRun } from "../cli/run.ts";
import { docker, dockerLines } from "../local-cloud/ec2/docker.ts";
import type { Stack } from "./stack.ts";

/** A container of a stack, as Docker shows it. */
export interface Container {
  readonly id: string;
  readonly service: string;
  /** `running`, `exited`, ... */
  readonly state: string;
  /** In words: `Up 3 seconds (healthy)`, `Exited (0) 2 seconds ago`. */
  readonly status: string;
}

const label = "com.docker.compose.project";
const ofProject = ({ project }: Stack) => ["--filter", `label=${label}=${project}`];

/** All containers of a stack, those that have ended included. */
export async function containersOf(stack: Stack): Promise<Container[]> {
  const format = '{{.ID}}\t{{.Label "com.docker.compose.service"}}\t{{.State}}\t{{.Status}}';
  const lines = await dockerLines("ps", "--all", ...ofProject(stack), "--format", format);
  return lines.map((line) => {
    const [id = "", service = "", state = "", status = ""] = line.split("\t");
    return { id, service, state, status };
  });
}

/** Whether it does its work: what runs is healthy, what ran to its end succeeded. */
export function isReady({ state, status }: Container): boolean {
  return state === "running" ? status.includes("(healthy)") : status.startsWith("Exited (0)");
}

/** Why a container is not ready: what its health check printed last, and the last lines of its log. */
export async function reasonsOf({ id, service, status }: Container): Promise<string> {
  const format = "{{if .State.Health}}{{range .State.Health.Log}}{{println .Output}}{{end}}{{end}}";
  const { stdout: checks } = await tryRun("docker", ["inspect", "--format", format, id]);
  const logs = await tryRun("docker", ["logs", "--tail", "5", id]);
  const last = checks.trim().split("\n").at(-1) ?? "";
  const lines = [last, ...`${logs.stdout}${logs.stderr}`.trim().split("\n")].filter((line) => line !== "");
  return printable([`${service}: ${status}`, ...lines.map((line) => `  ${line.slice(0, 300)}`)].join("\n"));
}

/** Whether the proxy of this stack is what listens on a port. */
export async function publishes(stack: Stack, port: number): Promise<boolean> {
  const lines = await dockerLines("ps", ...ofProject(stack), "--format", "{{.Ports}}");
  return lines.some((ports) => ports.includes(`:${port}->`));
}

/** Removes everything that has the stack's label, whether Compose or its file is there or not. Returns what is left. */
export async function removeAll(stack: Stack): Promise<string[]> {
  for (const { list, remove } of sorts(stack)) {
    const ids = [...new Set(await dockerLines(...list))];
    if (ids.length > 0) await docker(...remove, ...ids);
  }
  const left = await Promise.all(sorts(stack).map(({ list }) => dockerLines(...list)));
  return left.flat();
}

/** Containers first: they use the others. Images have a label of ours, as Compose names none in them. */
function sorts(stack: Stack) {
  return [
    { list: ["ps", "--all", "--quiet", ...ofProject(stack)], remove: ["rm", "--force", "--volumes"] },
    { list: ["network", "ls", "--quiet", ...ofProject(stack)], remove: ["network", "rm"] },
    { list: ["volume", "ls", "--quiet", ...ofProject(stack)], remove: ["volume", "rm"] },
    {
      list: ["image", "ls", "--quiet", "--filter", `label=tintype.project=${stack.project}`],
      remove: ["image", "rm", "--force"],
    },
  ];
}
