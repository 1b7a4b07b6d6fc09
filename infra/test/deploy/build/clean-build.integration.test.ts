import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "@jest/globals";
import { sha256 } from "../../../cli/sha256.ts";
import { hostileShells } from "../../hostile-shells.ts";

const repository = join(import.meta.dirname, "../../../..");
const scratch = mkdtempSync(join(tmpdir(), "tintype-build-"));
writeFileSync(join(scratch, "package.json"), JSON.stringify({ type: "module" }));

afterAll(() => rmSync(scratch, { recursive: true }));

/** Builds both applications as `make deploy` does, started from such a shell; the sum of every file by its name. */
function built(name: string, shell: NodeJS.ProcessEnv): Record<string, string> {
  const out = join(scratch, name);
  mkdirSync(out);
  const program = join(scratch, "deploy.ts");
  writeFileSync(
    program,
    `import { run } from "${repository}/infra/cli/run.ts";
     const [backend, frontend] = [${JSON.stringify(`${out}/backend`)}, ${JSON.stringify(`${out}/frontend`)}];
     const cwd = ${JSON.stringify(repository)};
     await run(process.execPath, ["--import", "tsx", "app-backend/build.ts", backend], { cwd });
     await run(process.execPath, ["node_modules/vite/bin/vite.js", "build", "app-frontend", "--outDir", frontend], { cwd });`,
  );
  const exported = readFileSync(join(repository, "Makefile"), "utf8").match(/^(un)?export .*$/gm)!;
  const rule = `deploy: ; @node --no-warnings ${repository}/infra/deploy/command.mjs $$PPID ${program}`;
  writeFileSync(join(scratch, "Makefile"), `${exported.join("\n")}\n${rule}\n`);
  const { status, stderr } = spawnSync("make", ["deploy", "CLOUD=local"], {
    cwd: scratch,
    encoding: "utf8",
    env: { PATH: process.env["PATH"], ...shell },
  });
  if (status !== 0) throw new Error(stderr);
  const files = readdirSync(out, { recursive: true, encoding: "utf8" }).toSorted();
  const plain = files.filter((file) => statSync(join(out, file)).isFile());
  return Object.fromEntries(plain.map((file) => [file, sha256(readFileSync(join(out, file)))]));
}

test("USE-11 a clean build has the same bytes whatever the shell holds: ten hostile shells at once", () => {
  const clean = built("clean", {});
  expect(Object.keys(clean).length).toBeGreaterThan(20);
  expect(built("hostile", Object.assign({}, ...Object.values(hostileShells), { PORT: "" }))).toEqual(clean);
}, 300_000);
