import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "@jest/globals";

const ansible = (path: string) => readFileSync(join(import.meta.dirname, "..", path), "utf8");
const script = ansible("roles/frontend/files/unread-settings.sh");
const tickMs = 20; // longer than two times of a file system may look the same
let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "tintype-nginx-"));
  for (const folder of ["run", "etc/nginx"]) mkdirSync(join(root, folder), { recursive: true });
  for (const name of ["nginx.conf", "security-headers.conf"]) write(name);
});
afterEach(() => rmSync(root, { recursive: true }));

/** As Ansible writes: it moves a file that it has had for a while. */
function write(name: string): void {
  const file = join(root, "etc/nginx", name);
  writeFileSync(`${file}.new`, "");
  utimesSync(`${file}.new`, 1_000_000, 1_000_000);
  renameSync(`${file}.new`, file);
}

/** What nginx's unit does after a start or a reload. */
async function read(): Promise<void> {
  await sleep(tickMs);
  spawnSync("touch", [join(root, "run/tintype-nginx-read")]);
  await sleep(tickMs);
}

function unread(): string[] {
  const here = script.replaceAll(/ \/(run|etc)\//g, ` ${root}/$1/`);
  const { status, stdout } = spawnSync("bash", ["--norc", "-c", here], { encoding: "utf8" });
  expect(status).toBe(0);
  return stdout
    .replaceAll(`${root}/etc/nginx/`, "")
    .split("\n")
    .filter((line) => line !== "");
}

test("REL-12 settings that nginx did not read since they were written are listed, and no others", async () => {
  expect(unread()).toEqual(["all"]);
  await read();
  expect(unread()).toEqual([]);
  write("nginx.conf");
  expect(unread()).toEqual(["nginx.conf"]);
  await read();
  expect(unread()).toEqual([]);
});

test("REL-12 a pending reload is not lost by a deploy that ends early", () => {
  expect(ansible("ansible.cfg")).toMatch(/^force_handlers = True$/m);
  expect(ansible("roles/hardening/tasks/main.yml")).toMatch(/meta: flush_handlers\n$/);
  expect(ansible("roles/frontend/tasks/main.yml")).toMatch(/configure\.yml\n.*service\.yml\n$/s);
  expect(ansible("roles/frontend/tasks/service.yml")).toMatch(
    /^---\n.*\n.*meta: flush_handlers\n.*releases switch/s,
  );
  expect(ansible("site.yml")).toMatch(/- base\n.*role: hardening\n.*- backend\n/s);
});
