import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "@jest/globals";

const repository = join(import.meta.dirname, "../../..");

/** A command of two programs. The first ends half a second after the signal, as Terraform does to write its state. */
const main = (folder: string) => `
import { command } from "${repository}/infra/cli/user-error.ts";
import { run, tryRun } from "${repository}/infra/cli/run.ts";
await command(async () => {
  const patient = "trap 'sleep 0.5; touch state; exit 1' INT TERM; touch ready; while true; do sleep 0.1; done";
  await tryRun("bash", ["-c", patient], { cwd: ${JSON.stringify(folder)} });
  await run("touch", ["next"], { cwd: ${JSON.stringify(folder)} });
});`;

async function interrupted(signal: NodeJS.Signals) {
  const folder = mkdtempSync(join(tmpdir(), "tintype-interruption-"));
  const has = (name: string) => existsSync(join(folder, name));
  writeFileSync(join(folder, "main.mts"), main(folder));
  const command = spawn(process.execPath, ["--no-warnings", "--import", "tsx", join(folder, "main.mts")], {
    cwd: repository,
    detached: true,
    stdio: ["ignore", "ignore", "pipe"],
  });
  let said = "";
  command.stderr.setEncoding("utf8").on("data", (text: string) => (said += text));
  while (!has("ready") && command.exitCode === null) await sleep(50);
  process.kill(-command.pid!, signal); // to the whole group, as a terminal does
  const exited = once(command, "exit").then(() => has("state"));
  const [code] = await once(command, "close");
  return { code, said, stateAtExit: await exited, next: has("next") };
}

describe.each(["SIGINT", "SIGTERM"] as const)("after %s", (signal) => {
  test("what runs may end, nothing new is begun, and the next step is reported", async () => {
    const { said, ...rest } = await interrupted(signal);
    expect(rest).toEqual({ code: 1, stateAtExit: true, next: false });
    expect(said).toContain("Interrupted. Run the command again: it continues where it stopped.");
  }, 30_000);
});
