import { beforeAll, describe, expect, test } from "@jest/globals";
import { ensureEngine } from "../local-cloud/ec2/docker.ts";
import { completePath } from "../cli/requirements.ts";
import { type FirstBoot, firstBoot } from "./first-boot.ts";

// The scripts run whole, in a container that passes for Amazon Linux. Package managers, rpm, mysqld and systemctl are
// stand-ins that write down how they were called. So this proves what the scripts ask for, in which order, and the files
// that they write; not that those packages exist, nor that they are enough. Only an instance on AWS can show that.

const status = "/var/lib/tintype/first-boot";
const python = "/opt/tintype/bin/python3";
const repository = "/etc/yum.repos.d/mysql.repo";
const whole = "/data/mysql.whole";
const byTheSocket = "mysql --user=root --execute ALTER USER root@localhost IDENTIFIED WITH auth_socket";
const settings = "/etc/my.cnf";
const mount = "/etc/systemd/system/data.mount";
const after = "/etc/systemd/system/mysqld.service.d/data.conf";

beforeAll(async () => {
  completePath();
  await ensureEngine();
}, 120_000);

const systems = {
  al2: { python: "python3.8", release: 7, other: /^dnf / },
  al2023: { python: "python3", release: 9, other: /^(yum|amazon-linux-extras) / },
};

/** The calls that are expected, as they came: others may come between them. */
const inOrder = ({ calls }: FirstBoot, expected: readonly string[]) =>
  calls.filter((call) => expected.includes(call));

describe.each(["al2", "al2023"] as const)(
  "with recorded stand-ins for its programs, the first boot of %s",
  (os) => {
    const { release, other } = systems[os];
    const install = os === "al2" ? "yum install -y -q" : "dnf install -y -q";
    let backend: FirstBoot;
    let frontend: FirstBoot;

    beforeAll(async () => {
      [backend, frontend] = await Promise.all([
        firstBoot({ os, kind: "backend", files: [status, python, repository, settings, mount, after] }),
        firstBoot({ os, kind: "frontend", files: [status, python] }),
      ]);
    }, 600_000); // the first builds the image of the hosts

    test("ends well on both hosts, with a Python that Ansible can use", () => {
      for (const { files } of [backend, frontend]) {
        expect(files[status]).toBe("done\n");
        expect(files[python]).toBe(`-> /usr/bin/${systems[os].python}\n`);
      }
    });

    test("asks the package manager of that system, and no other", () => {
      const calls = [...backend.calls, ...frontend.calls];
      expect(backend.calls).toContain(`${install} mysql-community-server`);
      expect(calls.filter((call) => other.test(call))).toEqual([]);
      const nginx = os === "al2" ? "amazon-linux-extras install -y nginx1" : `${install} nginx`;
      expect(inOrder(frontend, [nginx, "systemctl enable nginx"])).toEqual([nginx, "systemctl enable nginx"]);
    });

    test("formats and mounts the data volume, then installs, initializes and starts MySQL on it", () => {
      const key = "rpm --import https://repo.mysql.com/RPM-GPG-KEY-mysql-2025";
      const expected = [
        "mkfs.ext4 -q -L tintype-data /dev/sdf",
        "systemctl enable --now data.mount",
        key,
        `${install} mysql-community-server`,
        "systemctl stop mysqld",
        "mysqld --initialize-insecure --user=mysql",
        "systemctl enable mysqld",
        "systemctl restart mysqld",
        byTheSocket,
      ];
      expect(inOrder(backend, expected)).toEqual(expected);
      expect(backend.files[mount]).toContain("What=/dev/sdf\nWhere=/data\n");
      expect(backend.files[after]).toContain("RequiresMountsFor=/data");
    });

    test("takes no devices and no set-user-id programs from the data volume", () => {
      expect(backend.files[mount]).toMatch(/^Options=noatime,nosuid,nodev$/m);
    });

    test("USE-20 keeps MySQL from being killed first when memory runs out", () => {
      expect(backend.files[after]).toMatch(/^\[Service\]\nOOMScoreAdjust=-600$/m);
    });

    test("USE-20 asks again for the key of MySQL's packages where it does not come at once", async () => {
      const { calls, files } = await firstBoot({ os, kind: "backend", files: [status], failing: ["rpm"] });
      expect(files[status]).toMatch(/^failed in line \d+: /);
      expect(calls.filter((call) => call.startsWith("rpm --import "))).toHaveLength(6);
    });

    test("takes MySQL from the repository of that system, signed", () => {
      expect(backend.files[repository]).toContain(`mysql-8.4-community/el/${release}/x86_64/`);
      expect(backend.files[repository]).toMatch(/^gpgcheck=1$/m);
    });

    test("has MySQL listen to the host itself alone, and root sign in by the socket", () => {
      for (const line of [
        "datadir = /data/mysql",
        "bind-address = 127.0.0.1",
        "mysqlx = OFF",
        "plugin-load-add = auth_socket.so",
      ]) {
        expect(backend.files[settings]!.split("\n")).toContain(line);
      }
    });

    test("can run again: the volume is not formatted twice, nor the database created again", async () => {
      const { calls, files } = await firstBoot({ os, kind: "backend", files: [status], times: 2 });
      expect(files[status]).toBe("done\n");
      expect(calls.filter((call) => call.startsWith("mkfs"))).toHaveLength(1);
      expect(calls.filter((call) => call.startsWith("mysqld --initialize"))).toHaveLength(1);
    });

    test("leaves a database of before its note as it is, and has its root sign in by the socket", async () => {
      const found = ["mysql/mysql", "mysql/tintype"];
      const { calls, files } = await firstBoot({ os, kind: "backend", files: [status, whole], found });
      expect(files).toEqual({ [status]: "done\n", [whole]: "" });
      expect(calls.filter((call) => call.startsWith("mysqld --initialize"))).toEqual([]);
      expect(calls).toContain(byTheSocket);
    });

    test("recreates a database whose root's sign-in was not configured", async () => {
      const before = { os, kind: "backend", files: [status, whole], failing: ["mysql"] } as const;
      const { calls, files } = await firstBoot({ ...before, times: 2 });
      expect(files[status]).toMatch(/^failed in line \d+: mysql /);
      expect(files[whole]).toBeUndefined();
      expect(calls.filter((call) => call.startsWith("mysqld --initialize"))).toHaveLength(2);
    });

    test("that fails says in which line, having tried again", async () => {
      const { calls, files } = await firstBoot({
        os,
        kind: "backend",
        files: [status],
        failing: ["yum", "dnf", "amazon-linux-extras"],
      });
      expect(files[status]).toMatch(/^failed in line \d+: /);
      expect(calls.filter((call) => call === calls[0]).length).toBeGreaterThan(4);
    });
  },
);
