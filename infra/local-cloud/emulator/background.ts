import { spawn } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { repository } from "../../cli/paths.ts";
import { openPrivateLog } from "../../cli/private-files.ts";

export interface BackgroundProgram<State> {
  readonly program: string;
  readonly log: string;
  /** What the program has written down when it is ready; undefined until then. */
  readonly state: () => State | undefined;
}

/** Starts a program of the local cloud that outlives this process; undefined where it has ended or is not ready in time. */
export async function startInBackground<State>(props: BackgroundProgram<State>): Promise<State | undefined> {
  const out = openPrivateLog(props.log);
  const child = spawn(process.execPath, ["--import", "tsx", props.program], {
    cwd: repository,
    detached: true,
    stdio: ["ignore", out, out],
  });
  child.unref();
  for (let waitedMs = 0; waitedMs < 60_000; waitedMs += 200) {
    const state = props.state();
    if (state !== undefined) return state;
    if (child.exitCode !== null) break;
    await sleep(200);
  }
  return undefined;
}
