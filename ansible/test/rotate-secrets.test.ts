import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "@jest/globals";

const script = join(import.meta.dirname, "../roles/backend/files/rotate-secrets.sh");
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

test("OPS-10 a disk that is full while secrets are kept leaves those in use, and the next rotation goes on", () => {
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
])("old secrets that lack %s replace none", (_what, before) => {
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

test.each([
  ["tintype-backup.service", 1],
  ["tintype-rotate.service", 0],
  ["tintype-backend.service", 0],
])("while %s is starting, a rotation ends with %i", (unit, code) => {
  program("systemctl", `echo "${unit} loaded activating start"`);
  const { code: ended, said } = rotate();
  expect(ended).toBe(code);
  if (code === 0) return;
  expect(said).toContain(`${unit} is at work`);
  expect(kept("backend.env")).toBe(secrets);
  expect(existsSync(path("migrate.env"))).toBe(false);
});

test("a key of 10 days ago is still accepted, and one of 16 days ago is not", () => {
  const daysAgo = (days: number) => Math.floor(Date.now() / 1000) - days * 86_400;
  const former = `old@${daysAgo(16)},young@${daysAgo(10)}`;
  writeFileSync(path("backend.env"), `${secrets}FORMER_REFRESH_TOKEN_SECRETS=${former}\n`);
  expect(rotate().code).toBe(0);
  const [, accepted] = /^FORMER_REFRESH_TOKEN_SECRETS=(.*)$/m.exec(kept("backend.env"))!;
  expect(accepted!.replaceAll(/@\d+/g, "").split(",")).toEqual(["young", "two"]);
});

test("the key that signed until now goes on for a minute", () => {
  const before = Math.floor(Date.now() / 1000);
  rotate();
  const [, until] = /^FORMER_ACCESS_TOKEN_SECRETS=one@(\d+)$/m.exec(kept("backend.env"))!;
  expect(Number(until)).toBeGreaterThanOrEqual(before + 60);
  expect(Number(until)).toBeLessThan(before + 120);
});

test("with ten former keys in use there is no eleventh, and the secrets stay", () => {
  const now = Math.floor(Date.now() / 1000);
  const former = Array.from({ length: 10 }, (_, at) => `key${at}@${now}`).join(",");
  const full = `${secrets}FORMER_ACCESS_TOKEN_SECRETS=${former}\n`;
  writeFileSync(path("backend.env"), full);
  const { code, said } = rotate();
  expect({ code, said }).toMatchObject({ code: 1, said: expect.stringContaining("10 earlier keys") });
  expect(kept("backend.env")).toBe(full);
});

test("a user whose rights are not known gets no successor", () => {
  program("mysql", `case "$*" in *--execute*) ;; *) cat >>${root}/sql ;; esac`);
  expect(rotate().code).toBe(1);
  expect(kept("backend.env")).toBe(secrets);
  expect(existsSync(join(root, "sql"))).toBe(false);
});

test("the new user gets the rights of the one in use, and the one before goes", () => {
  program(
    "mysql",
    `case "$*" in *GRANTS*) echo "GRANT SELECT, INSERT ON \\\`tintype\\\`.* TO \\\`tintype\\\`@\\\`localhost\\\`" ;;
      *--execute*) echo "$*" >>${root}/sql ;; *) cat >>${root}/sql ;; esac`,
  );
  rotate();
  const sql = readFileSync(join(root, "sql"), "utf8");
  expect(sql).toContain("GRANT SELECT, INSERT ON tintype.* TO tintype_2@localhost;");
  expect(sql).toContain("--execute DROP USER IF EXISTS tintype@localhost");
});

test("the second rotation goes back to the first name", () => {
  rotate();
  rotate();
  expect(kept("backend.env")).toMatch(/^MYSQL_USER=tintype$/m);
});

test("the files of secrets are for root alone", () => {
  rotate();
  const modes = ["backend.env", "migrate.env", "backup.env"].map((name) => statSync(path(name)).mode & 0o777);
  expect(modes).toEqual([0o600, 0o600, 0o600]);
});
