import { UserError } from "../../../cli/user-error.ts";
import { runUnitCommand } from "./host-commands.ts";
import type { Hosts } from "./ssh.ts";

interface Job {
  /** The systemd unit on the backend host. */
  readonly unit: string;
  /** The member that makes a line of its output its report. */
  readonly report: string;
}

interface Outcome {
  readonly isWell: boolean;
  /** The line, as it was printed; undefined where the job printed none. */
  readonly report: Record<string, unknown> | undefined;
  /** What else there is to know of a job that went wrong. */
  readonly said: string;
}

const timeoutMs = 6 * 3_600_000;
/** How ssh ends where the connection did, and `run` where the time was over. */
const connectionLost = 255;
const timedOut = -1;

/** Runs a job of the backend host to its end, or waits for the end of one that runs already. */
export async function runJob(hosts: Hosts, { unit, report }: Job): Promise<Outcome> {
  const { code, lines, stderr } = await runUnit(hosts, unit);
  const words = lines.filter((text) => text.startsWith(report)).join("\n");
  return {
    isWell: code === 0,
    report: reportIn(lines, report),
    said: words || (stderr || lines.join("\n")).trim().split("\n").slice(-50).join("\n"),
  };
}

/** The same of any unit that ends. `lines` are those of the journal: its own, and systemd's about it. */
export async function runUnit(hosts: Hosts, unit: string) {
  const { code, stdout, stderr } = await hosts.run("backend", runUnitCommand(unit), timeoutMs);
  if (code === connectionLost || code === timedOut) {
    throw new UserError(
      `The connection to the backend host was lost; ${unit} may still be at work there, and end well. ` +
        `See how it ended before anything else: ${hosts.make("logs")}`,
    );
  }
  return { code, lines: stdout.split("\n"), stderr };
}

/** The last object that begins with a member. The journal cuts long lines: each 48 KiB, or 2 KiB with systemd 219. */
export function reportIn(lines: readonly string[], member: string): Record<string, unknown> | undefined {
  const first = lines.findLastIndex((text) => text.startsWith(`{"${member}"`));
  if (first === -1) return undefined;
  let text = "";
  for (const line of lines.slice(first)) {
    text += line;
    if (!line.endsWith("}")) continue;
    try {
      return JSON.parse(text) as Record<string, unknown>;
    } catch {
      // an inner end
    }
  }
  return undefined;
}
