import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "@jest/globals";

const script = join(import.meta.dirname, "../../ansible/roles/backend/files/rotate-secrets.sh");
const secrets = "ACCESS_TOKEN_SECRET=one\nREFRESH_TOKEN_SECRET=two\nMYSQL_PASSWORD=three\n";
let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "tintype-rotation-"));
  for (const folder of ["secrets", "programs"]) mkdirSync(join(root, folder));
  writeFileSync(join(root, "secrets/backend.env"), secrets);
  const rights = "GRANT SELECT ON \\`tintype\\`.* TO \\`tintype\\`@\\`localhost\\`";
  program("mysql", `case "$*" in *GRANTS*) echo "${rights}" ;; *--execute*) ;; *) cat >>${root}/sql ;; esac`);
  for (const name of ["systemctl", "sync", "serve"]) program(name, "true");
});
afterEach(() => rmSync(root, { recursive: true }));

/** Stands in for a program of the host. */
function program(name: string, shell: string): void {
  writeFileSync(join(root, "programs", name), `#!/bin/bash\n${shell}\n`, { mode: 0o755 });
}

function rotate() {
  const env = {
    PATH: `${root}/programs:${process.env["PATH"]}`,
    SECRETS: join(root, "secrets"),
    SERVE: join(root, "programs/serve"),
  };
  const { status, stderr } = spawnSync("bash", [script], { encoding: "utf8", env });
  return { code: status, said: stderr };
}

const path = (name: string) => join(root, "secrets", name);
const kept = (name: string) => readFileSync(path(name), "utf8");

test("a rotation leaves new secrets in all files, and the keys of before among those that are accepted", () => {
  expect(rotate()).toEqual({ code: 0, said: "" });
  expect(kept("backend.env")).toMatch(
    /^ACCESS_TOKEN_SECRET=.{88}\nREFRESH_TOKEN_SECRET=.{88}\nFORMER_ACCESS_TOKEN_SECRETS=one@\d+\nFORMER_REFRESH_TOKEN_SECRETS=two@\d+\nMYSQL_USER=tintype_2\nMYSQL_PASSWORD=.{44}\n$/,
  );
  expect(kept("migrate.env")).toMatch(/^MYSQL_PASSWORD=.{44}\n$/);
  expect(kept("backup.env")).toMatch(/^MYSQL_BACKUP_PASSWORD=.{44}\n$/);
  expect(existsSync(path("backend.env.before"))).toBe(false);
});

test("secrets with which the application does not come up give their place back to those of before", () => {
  program("serve", "false");
  const { code, said } = rotate();
  expect({ code, said }).toMatchObject({ code: 1, said: expect.stringContaining("those of before again") });
  expect(kept("backend.env")).toBe(secrets);
});

test("a disk that is full while secrets are kept leaves those in use, and the next rotation goes on", () => {
  program("cp", 'head -c 30 "$1" >"$2"; exit 1');
  expect(rotate().code).toBe(1);
  program("cp", 'exec /bin/cp "$@"');
  program("serve", "false");
  rotate();
  expect(kept("backend.env")).toBe(secrets);
  program("serve", "true");
  expect(rotate().code).toBe(0);
});

test.each([
  ["a key", secrets.replace("REFRESH", "OTHER")],
  ["its last line's end", secrets.slice(0, -2)],
  ["everything", ""],
])("secrets of before that lack %s take nobody's place", (_what, before) => {
  writeFileSync(path("backend.env.before"), before);
  program("serve", "false");
  const { code, said } = rotate();
  expect({ code, said }).toMatchObject({ code: 1, said: expect.stringContaining("is not whole") });
  expect(kept("backend.env")).toBe(secrets);
});

test("every file is on the disk before it takes its place", () => {
  for (const name of ["mv", "sync"]) program(name, `echo ${name} >>${root}/calls; exec /bin/${name} "$@"`);
  rotate();
  const calls = readFileSync(join(root, "calls"), "utf8").trim().split("\n");
  expect(calls).toEqual(["sync", "mv", "sync", "mv", "sync", "mv", "sync", "mv"]);
});
