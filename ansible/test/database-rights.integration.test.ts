import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "@jest/globals";

const script = join(import.meta.dirname, "../roles/backend/files/database-rights.sh");
const ours = ["tintype", "tintype_migrate", "tintype_backup"];
const root = mkdtempSync(join(tmpdir(), "tintype-rights-"));
let socket: string;

/** The server of the tests, as its root. */
function sql(statement: string): string {
  const { MYSQL_HOST, MYSQL_PORT, MYSQL_USER } = process.env;
  const args = [`--host=${MYSQL_HOST}`, `--port=${MYSQL_PORT}`, `--user=${MYSQL_USER}`, "--protocol=tcp"];
  return execFileSync("mysql", ["--no-defaults", ...args, "--skip-column-names", "--execute", statement], {
    encoding: "utf8",
  }).trim();
}

function rights(task: "look" | "set") {
  const env = { PATH: `${root}:${process.env["PATH"]}`, SECRETS: join(root, "secrets") };
  const { status, stdout, stderr } = spawnSync("bash", [script, task], { encoding: "utf8", env });
  return { code: status, said: stderr, lines: stdout.split("\n").filter((line) => line !== "") };
}

const differing = () => rights("look").lines.filter((line) => line.includes("other rights"));

function removeUsers(): void {
  sql(
    [...ours, "tintype_2", "rights_intruder"]
      .map((user) => `DROP USER IF EXISTS ${user}@localhost`)
      .join(";"),
  );
  sql("DROP ROLE IF EXISTS rights_role");
}

beforeAll(() => {
  socket = resolve(sql("SELECT @@datadir"), sql("SELECT @@socket"));
  const user = `$(case "$1" in --defaults-extra-file=*) ;; *) echo --user=root ;; esac)`;
  const mysql = `#!/bin/bash\nexec ${execFileSync("which", ["mysql"], { encoding: "utf8" }).trim()} "$@" ${user} --socket=${socket}\n`;
  writeFileSync(join(root, "mysql"), mysql, { mode: 0o755 });
  mkdirSync(join(root, "secrets"));
  writeFileSync(join(root, "secrets/backend.env"), "ACCESS_TOKEN_SECRET=x\nMYSQL_PASSWORD=one+/=\n");
  writeFileSync(join(root, "secrets/migrate.env"), "MYSQL_PASSWORD=two\n");
  writeFileSync(join(root, "secrets/backup.env"), "MYSQL_BACKUP_PASSWORD=three\n");
});
beforeEach(() => {
  removeUsers();
  expect(rights("set")).toEqual({ code: 0, said: "", lines: ["set"] });
});
afterEach(removeUsers);
afterAll(() => rmSync(root, { recursive: true }));

test("USE-10 users that are as they should be are left alone", () => {
  expect(differing()).toEqual([]);
  expect(rights("set")).toEqual({ code: 0, said: "", lines: [] });
});

test.each([
  ["all rights", "GRANT ALL PRIVILEGES ON *.* TO tintype@localhost"],
  ["all rights, to hand on", "GRANT ALL PRIVILEGES ON tintype.* TO tintype@localhost WITH GRANT OPTION"],
  ["the right to hand on alone", "GRANT GRANT OPTION ON tintype.* TO tintype@localhost"],
  ["one right on one table", "GRANT TRIGGER ON tintype.accounts TO tintype@localhost"],
  ["another schema", "GRANT SELECT ON mysql.* TO tintype@localhost"],
  ["the right to act for root", "GRANT PROXY ON root@localhost TO tintype@localhost"],
  ["a role", "CREATE ROLE rights_role; GRANT rights_role TO tintype@localhost"],
  ["fewer rights", "REVOKE DELETE ON tintype.* FROM tintype@localhost"],
  ["another password", "ALTER USER tintype@localhost IDENTIFIED BY 'intruder'"],
  ["a lock", "ALTER USER tintype@localhost ACCOUNT LOCK"],
  ["no user", "DROP USER tintype@localhost"],
])("USE-10 a user with %s is found, and is as before after a deploy", (_what, statement) => {
  sql("CREATE TABLE IF NOT EXISTS tintype.accounts (id INT)");
  const before = sql("SHOW GRANTS FOR tintype@localhost");
  sql(statement);
  expect(differing()).toEqual(["database user tintype has other rights, or another password"]);
  expect(rights("set")).toEqual({ code: 0, said: "", lines: ["set"] });
  expect(differing()).toEqual([]);
  expect(sql("SHOW GRANTS FOR tintype@localhost")).toBe(before);
});

test("USE-10 a user that no deploy made is reported, and stays", () => {
  sql("CREATE USER rights_intruder@localhost");
  expect(rights("look").lines).toContain("database user rights_intruder@localhost is of no deploy");
  rights("set");
  expect(rights("look").lines).toContain("database user rights_intruder@localhost is of no deploy");
});

test("USE-10 the other of the application's two users is a stranger, except while secrets are rotated", () => {
  sql("CREATE USER tintype_2@localhost");
  const line = "database user tintype_2@localhost is of no deploy";
  expect(rights("look").lines).toContain(line);
  const before = join(root, "secrets/backend.env.before");
  writeFileSync(before, "");
  expect(rights("look").lines).not.toContain(line);
  rmSync(before);
});

test("no password is in what is printed", () => {
  sql("ALTER USER tintype@localhost IDENTIFIED BY 'intruder'");
  expect(JSON.stringify([rights("look"), rights("set")])).not.toMatch(/one\+|two|three/);
});
