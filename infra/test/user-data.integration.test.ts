import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { userData } from "../src/constructs/ec2/user-data/user-data.ts";

test("MariaDB on Debian gets no test database, with which users come who have no name", () => {
  const datadir = mkdtempSync(join(tmpdir(), "tintype-datadir-"));
  const [initialize = ""] = /^initialize_database\(\) \{.*?^\}/ms.exec(userData("backend")) ?? [];
  // As this machine's user, and without this machine's settings.
  const asOneself = `mariadb-install-db() { command mariadb-install-db --no-defaults "\${@/--user=mysql/--user=$(id -un)}"; }`;
  const shell = `os=debian12 datadir=${datadir}\n${asOneself}\n${initialize}\ninitialize_database`;
  const { status, stderr } = spawnSync("bash", ["-c", shell], { encoding: "utf8" });
  expect({ status, stderr }).toMatchObject({ status: 0 });
  expect(existsSync(join(datadir, "mysql"))).toBe(true);
  expect(existsSync(join(datadir, "test"))).toBe(false);
  rmSync(datadir, { recursive: true });
});
