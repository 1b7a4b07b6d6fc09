import type { Deployment } from "./deployment.ts";
import { onHost } from "./hosts.ts";
import type { Outputs } from "./state.ts";

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

/** Runs a job of the backend host to its end, or waits for the end of one that runs already. */
export async function runJob(
  deployment: Deployment,
  outputs: Outputs,
  { unit, report }: Job,
): Promise<Outcome> {
  const shell =
    `since=$(date +%s); sudo systemctl start ${unit}; code=$?; ` +
    `sudo journalctl --unit ${unit} --since @$since --no-pager --output cat --lines 50; exit $code`;
  const { code, stdout, stderr } = await onHost(deployment, outputs, "backend", shell, timeoutMs);
  const lines = stdout.split("\n");
  const line = lines.findLast((text) => text.startsWith(`{"${report}"`));
  const words = lines.filter((text) => text.startsWith(report)).join("\n");
  return {
    isWell: code === 0,
    report: line === undefined ? undefined : (JSON.parse(line) as Record<string, unknown>),
    said: words || (stderr || stdout).trim(),
  };
}
