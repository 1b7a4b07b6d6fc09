import type { ChildProcess } from "node:child_process";
import { once } from "node:events";

const alive = new Set<ChildProcess>();

/** Remembers a process, so that none outlives a run that fails. */
export function remember<Child extends ChildProcess>(child: Child): Child {
  alive.add(child);
  child.once("exit", () => alive.delete(child));
  return child;
}

/** Asks a process to stop and waits until it has. */
export async function end(child: ChildProcess): Promise<void> {
  if (!alive.has(child)) return;
  const ended = once(child, "exit");
  child.kill("SIGTERM");
  await ended;
}

export async function endAll(): Promise<void> {
  await Promise.all([...alive].map(end));
}
