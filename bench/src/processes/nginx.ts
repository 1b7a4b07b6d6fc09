import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { completePath } from "../../../infra/cli/requirements.ts";
import { end, remember } from "./children.ts";

const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];

/** nginx by that configuration; resolves when `url` is answered. */
export async function startNginx(configuration: string, url: string) {
  completePath();
  const root = mkdtempSync(join(tmpdir(), "tintype-bench-nginx-"));
  const folders = temporary.map((kind) => `${kind}_temp_path ${root}/${kind};`).join(" ");
  const file = join(root, "nginx.conf");
  writeFileSync(file, configuration.replace(/^http \{/m, `http { ${folders}`));
  const globals = `daemon off; pid ${root}/pid; ${process.getuid?.() === 0 ? "user root;" : ""}`;
  const args = ["-p", root, "-e", "stderr", "-c", file, "-g", globals];
  const child = remember(spawn("nginx", args, { stdio: ["ignore", "ignore", "inherit"] }));
  while (!(await fetch(url).catch(() => undefined))) {
    if (child.exitCode !== null) throw new Error("nginx did not start");
    await sleep(20);
  }
  return {
    pid: child.pid!,
    async stop() {
      await end(child);
      rmSync(root, { recursive: true });
    },
  };
}
