import { spawnSync } from "node:child_process";
import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { printable } from "../../infra/cli/printable.ts";

const script = join(import.meta.dirname, "../roles/base/files/findings.sh");
const key = "ssh-ed25519 AAAA";
let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "tintype-findings-"));
  write("etc/passwd", "root:x:0:0::/root:/bin/bash\nec2-user:x:1000:1000::/home/ec2-user:/bin/bash\n");
  write("etc/group", "root:x:0:\nwheel:x:10:ec2-user\nec2-user:x:1000:\n");
  write(
    "etc/sudoers",
    "## Allow root, as in root = all\nDefaults !visiblepw\nDefaults:ec2-user env_keep = LANG\n" +
      "Cmnd_Alias STORAGE = /sbin/fdisk, \\\n  /sbin/mount -o rw=1\n" +
      "root ALL=(ALL) ALL # 1 = 1\n%wheel ALL=(ALL) ALL\n#includedir /etc/sudoers.d\n",
  );
  write("etc/sudoers.d/90-cloud-init-users", "# User rules\nec2-user ALL=(ALL) NOPASSWD:ALL\n");
  write("home/ec2-user/.ssh/authorized_keys", `${key} tintype-dev\n`);
  write("opt/tintype/releases/none", "");
  write("proc/7/comm", "sshd\n");
  write(
    "proc/7/cmdline",
    "sshd: /usr/sbin/sshd -D -oCiphers=aes256-gcm@openssh.com [listener] 0 of 10-30 startups\0",
  );
});
afterEach(() => rmSync(root, { recursive: true }));

function write(path: string, text: string): void {
  mkdirSync(join(root, dirname(path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

/** What is found of sudo, groups, keys and the server's command line; the rest is this machine's. */
function found(): string[] {
  const env = { PATH: process.env["PATH"], TINTYPE_ROOT: root };
  const { stdout } = spawnSync("bash", [script, "ec2-user", key], { encoding: "utf8", env });
  return stdout.split("\n").filter((line) => /sudo|group|rights|_keys|was started/.test(line));
}

test("USE-10 a host as EC2 and a deploy leave it has no findings", () => {
  expect(found()).toEqual([]);
});

test.each([
  ["a user", "mallory ALL=(ALL) ALL", "mallory"],
  ["a user by number", "#1001 ALL=(ALL) NOPASSWD: ALL", "#1001"],
  ["a group by number", "%#100 ALL=(ALL) NOPASSWD: ALL", "%#100"],
  ["a user behind another", "root ,mallory ALL=(ALL) ALL", "root,mallory"],
  ["a user on the next line", "root, \\\n mallory ALL=(ALL) ALL", "root,mallory"],
  ["a user with a name like a setting", "Defaultsmallory ALL=(ALL) ALL", "Defaultsmallory"],
])("USE-10 sudo that lets in %s is found", (_what, rule, subject) => {
  appendFileSync(join(root, "etc/sudoers"), `${rule}\n`);
  expect(found()).toEqual([`sudo lets in ${subject}`]);
});

test("USE-10 members of a group that may all are found, also by their first group", () => {
  appendFileSync(join(root, "etc/passwd"), "mallory:x:1001:10::/:/bin/bash\n");
  expect(found()).toEqual(["group wheel has mallory"]);
});

test.each([
  "-o AuthorizedKeysCommand /opt/aws/bin/eic_run_authorized_keys %u %f -o AuthorizedKeysCommandUser x",
  "-oPermitRootLogin=yes",
  "-f /tmp/sshd_config",
])("USE-10 an SSH server that was started with %s is found", (options) => {
  write("proc/7/cmdline", `sshd: /usr/sbin/sshd -D ${options} [listener] 0 of 10-30 startups\0`);
  expect(found()).toEqual(["the SSH server was started with settings of its own"]);
});

test("USE-10 what a host says cannot steer the terminal", () => {
  expect(printable("a\x1b[2K\x1b[1Ab\u009b0m\u202e\r é\nnext")).toBe("a?[2K?[1Ab?0m?? é\nnext");
});
