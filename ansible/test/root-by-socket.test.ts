import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@jest/globals";

const script = readFileSync(join(import.meta.dirname, "../roles/backend/files/root-by-socket.sh"), "utf8");

/** Runs the playbook's check against a database that says this of its root. */
function check(root: string) {
  const database = `mysql() { printf '%s\\n' "$ROOT"; }\n`;
  const env = { PATH: process.env["PATH"], ROOT: `CREATE USER \`root\`@\`localhost\`${root}` };
  return spawnSync("bash", ["--norc", "-c", database + script], { encoding: "utf8", env });
}

const rest =
  "REQUIRE NONE PASSWORD EXPIRE DEFAULT ACCOUNT UNLOCK PASSWORD HISTORY DEFAULT PASSWORD REUSE INTERVAL DEFAULT";

test.each([
  ["MySQL", ` IDENTIFIED WITH 'auth_socket' ${rest}`],
  ["MariaDB", " IDENTIFIED VIA unix_socket"],
  ["MariaDB as Debian makes it", " IDENTIFIED VIA mysql_native_password USING 'invalid' OR unix_socket"],
])("OPS-06 a deploy goes on where root signs in to %s by the socket alone", (_database, root) => {
  expect(check(root)).toMatchObject({ status: 0, stderr: "" });
});

test.each([
  ["MySQL as it is initialized", ` IDENTIFIED WITH 'caching_sha2_password' ${rest}`],
  ["MySQL with a password", ` IDENTIFIED WITH 'mysql_native_password' AS '*2470' ${rest}`],
  ["MariaDB without a password", ""],
  ["MariaDB with a password beside", " IDENTIFIED VIA unix_socket OR mysql_native_password USING '*2470'"],
  ["MariaDB with a password before", " IDENTIFIED VIA mysql_native_password USING '*2470' OR unix_socket"],
])(
  "OPS-06 a deploy ends where root signs in to %s, saying how to mend it and no secret",
  (_database, root) => {
    const { status, stdout, stderr } = check(root);
    expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
    expect(stderr).toContain("sudo mysql --execute 'ALTER USER root@localhost IDENTIFIED WITH auth_socket'");
    expect(stderr).not.toContain("2470");
  },
);
