import { readFileSync } from "node:fs";

export type HostKind = "frontend" | "backend";

const read = (name: string) => readFileSync(new URL(`${name}.sh`, import.meta.url), "utf8");

/** The shell script of a host's first boot: what every host gets, then what this kind gets. It holds no secret. */
export function userData(kind: HostKind): string {
  return `${read("host")}\n${read(kind)}`;
}
