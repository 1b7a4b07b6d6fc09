import type { Fact, Facts } from "./health.ts";
import type { HostName } from "./ssh.ts";

type Hosts = Readonly<Record<HostName, Facts>>;

const nothing: Fact = { text: "", well: true };

/** Both hosts side by side, a line a fact. What is not well has a ! before it; why a host says nothing stands below. */
export function statusTable(site: Fact, { frontend, backend }: Hosts): string {
  const names = [...new Set([...Object.keys(backend), ...Object.keys(frontend)])].filter(
    (name) => !isFault(name),
  );
  const order = ["instance", "release", "up", "nginx", "API", "database"];
  const rank = (name: string) => (order.includes(name) ? order.indexOf(name) : order.length);
  const rows = [
    ["", { text: "frontend", well: true }, { text: "backend", well: true }] as const,
    ...names
      .toSorted((a, b) => rank(a) - rank(b))
      .map((name) => [name, frontend[name] ?? nothing, backend[name] ?? nothing] as const),
  ];
  const first = Math.max(...rows.map(([name]) => name.length));
  const second = Math.max(...rows.map(([, { text }]) => text.length));
  const lines = rows.map(
    ([name, left, right]) => `${name.padEnd(first)}  ${cell(left).padEnd(second + 2)}  ${cell(right)}`,
  );
  const faults = Object.entries({ frontend, backend }).flatMap(([host, facts]) =>
    Object.entries(facts)
      .filter(([name]) => isFault(name))
      .map(([, fault]) => `${host.padEnd(first)}  ${cell(fault)}`),
  );
  const all = [
    `${"site".padEnd(first)}  ${cell(site)}`,
    "",
    ...lines,
    ...(faults.length ? ["", ...faults] : []),
  ];
  return all.map((line) => `${line.trimEnd()}\n`).join("");
}

/** `fault`, or one of several: `fault 2`. */
const isFault = (name: string) => name.startsWith("fault");

function cell({ text, well }: Fact): string {
  return `${well ? " " : "!"} ${text}`;
}
