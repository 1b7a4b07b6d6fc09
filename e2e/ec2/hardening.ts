import { expect, test } from "@jest/globals";
import { connect } from "node:net";
import { availableParallelism } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { limit, onHost } from "../src/hosts.ts";
import { lengthy } from "../src/lengthy.ts";
import { localMake } from "../src/make.ts";

interface Deployed {
  readonly name: string;
  readonly localPort: number;
  readonly localUrl: () => string;
  readonly frontend: () => { readonly instanceId: string; readonly privateIp: string };
  readonly backend: () => { readonly instanceId: string; readonly privateIp: string };
}

const minuteMs = 60_000;
const isDebian = "command -v apt-get >/dev/null";

/** The hosts after Ansible: as the machines report it, not the playbook. */
export function hardeningTests({ name, localPort, localUrl, frontend, backend }: Deployed): void {
  const hosts = () => [frontend().instanceId, backend().instanceId];
  const sql = (statement: string) =>
    onHost(backend().instanceId, `mysql --skip-column-names --execute "${statement}"`);

  test("OPS-01 SSH lets in one user with a key, and offers no broken algorithm", async () => {
    for (const host of hosts()) {
      const effective = await settings(host);
      expect(effective).toMatchObject({
        permitrootlogin: "no",
        allowusers: "ec2-user",
        authenticationmethods: "publickey",
        passwordauthentication: "no",
        kbdinteractiveauthentication: "no",
        maxauthtries: "2",
        logingracetime: "30",
        allowagentforwarding: "no",
        allowstreamlocalforwarding: "no",
        x11forwarding: "no",
        permittunnel: "no",
      });
      const algorithms = `${effective["kexalgorithms"]},${effective["ciphers"]},${effective["macs"]}`;
      expect(algorithms).toMatch(/curve25519-sha256,.*aes256-gcm@openssh.com,.*hmac-sha2-512-etm/);
      expect(algorithms).not.toMatch(/sha1(?!\d)|cbc|3des|md5|nistp|group14|umac-64/);
    }
  });

  test("OPS-02 SSH forwards connections to the metrics, and to nothing else", async () => {
    const to = (await settings(backend().instanceId))["permitopen"];
    expect(to).toBe(`${backend().privateIp}:9464`);
    expect((await settings(frontend().instanceId))["allowtcpforwarding"]).toBe("no");
  });

  test("OPS-03 every unit of Tintype has an exposure of 2.5 at most, and nginx of 3", async () => {
    const list = "systemctl list-unit-files --plain --no-legend 'tintype-*.service' | awk '{ print $1 }'";
    for (const host of hosts()) {
      const units = (await onHost(host, list)).map((unit) => unit.replace("@.", "@x."));
      if (host === backend().instanceId) expect(units).toContain("tintype-backend.service");
      for (const unit of units) expect([unit, await exposure(host, unit)]).toEqual([unit, atMost(2.5)]);
    }
    expect(await exposure(frontend().instanceId, "nginx.service")).toEqual(atMost(3));
  });

  test("OPS-04 the database has no anonymous or remote users, and reads no files", async () => {
    expect(await sql("SELECT user, host FROM mysql.user WHERE user = '' OR host <> 'localhost'")).toEqual([]);
    expect(await sql("SHOW DATABASES LIKE 'test'")).toEqual([]);
    expect(await sql("SELECT @@local_infile, @@bind_address")).toEqual(["0\t127.0.0.1"]);
  });

  test("OPS-05 the application's database user may read and write rows of its schema, and no more", async () => {
    const users = await sql("SELECT user FROM mysql.user WHERE user IN ('tintype', 'tintype_2')");
    expect(users).toHaveLength(1);
    const grants = await sql(`SHOW GRANTS FOR ${users[0]}@localhost`);
    expect(grants.filter((line) => !line.startsWith("GRANT USAGE ON *.* "))).toEqual([
      `GRANT SELECT, INSERT, UPDATE, DELETE ON \`tintype\`.* TO \`${users[0]}\`@\`localhost\``,
    ]);
  });

  test("OPS-07 every kernel parameter of the list that the host may set is set, those of the network among them", async () => {
    const compare = `while read -r name _ value; do
      file=/proc/sys/\${name//.//}
      if [[ $name = '#'* ]] || [ ! -e $file ]; then continue; fi
      if [ "$(cat $file)" = "$value" ]; then echo "as wanted $name"
      elif [ -w $file ]; then echo "wrong $name"; else echo "refused $name"; fi
    done </etc/sysctl.d/60-tintype.conf`;
    for (const host of hosts()) {
      const lines = await onHost(host, compare);
      expect(lines.filter((line) => line.startsWith("wrong"))).toEqual([]);
      expect(lines.filter((line) => line.startsWith("refused net."))).toEqual([]);
      expect(lines).toContain("as wanted net.ipv4.conf.all.rp_filter");
    }
  });

  test("OPS-08 only root can read the secrets, or write what runs", async () => {
    for (const host of hosts()) {
      const open = "find /opt/tintype /etc/tintype /etc/nginx -not -type l -perm /022 2>/dev/null; true";
      expect(await onHost(host, open)).toEqual([]);
      expect(await onHost(host, "stat -c %a:%U /etc/ssh/sshd_config")).toEqual(["600:root"]);
    }
    const secrets = "find /data/secrets -not -user root -o -perm /077";
    expect(await onHost(backend().instanceId, secrets)).toEqual([]);
    expect(await onHost(backend().instanceId, "stat -c %a /data/secrets")).toEqual(["700"]);
  });

  test("OPS-09 security updates come by themselves", async () => {
    const debian = "command -v unattended-upgrade; apt-config dump APT::Periodic::Unattended-Upgrade";
    const amazon = "systemctl is-enabled dnf-automatic.timer; grep apply_updates /etc/dnf/automatic.conf";
    for (const host of hosts()) {
      const effective = (await onHost(host, `if ${isDebian}; then ${debian}; else ${amazon}; fi`)).join("\n");
      expect(effective).toMatch(
        /bin\/unattended-upgrade\n.*Unattended-Upgrade "1"|^enabled\napply_updates = yes$/,
      );
    }
  });

  test("DOS-01 one address has 512 requests open at most, and others are still served", async () => {
    const refused = { count: 0 };
    const sockets = Array.from({ length: 600 }, () => slowBody(frontend().privateIp, refused));
    await sleep(3000);
    const site = await onHost(
      frontend().instanceId,
      "curl -s -o /dev/null -w '%{http_code}' http://127.0.0.1/",
    );
    for (const socket of sockets) socket.destroy();
    expect(site).toEqual(["200"]);
    expect(refused.count).toBeGreaterThanOrEqual(600 - 512);
    expect(refused.count).toBeLessThan(150);
    expect((await fetch(`${localUrl()}/api/health`)).status).toBe(200);
  });

  lengthy(
    "USE-10 what an intruder changed is found by a status, and repaired or reported by a deploy",
    async () => {
      const make = localMake({ name, localPort, timeoutMs: 5 * minuteMs });
      const [user] = await sql("SELECT user FROM mysql.user WHERE user IN ('tintype', 'tintype_2')");
      const key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJNKtzyEZh3zXn7eM0pZ4Yl0cC4vVh1J0m5Yv1cV3b2a intruder";
      const both = `echo '${key}' >>/home/ec2-user/.ssh/authorized_keys; echo 'nobody ALL=(ALL) ALL' >/etc/sudoers.d/zz`;
      for (const host of hosts()) await onHost(host, both);
      await onHost(backend().instanceId, "echo '// intruder' >>/opt/tintype/current/server.mjs");
      await sql(`GRANT ALL PRIVILEGES ON *.* TO ${user}@localhost WITH GRANT OPTION`);
      await onHost(frontend().instanceId, "echo '<script>' >>/opt/tintype/current/index.html");
      await onHost(frontend().instanceId, "echo evil >/opt/tintype/assets/evil.js");

      const status = await make("status");
      expect(status.code).toBe(2); // that of make
      for (const found of [
        /backend +! authorized_keys has a key that is not the operator's: intruder/,
        /backend +! sudo lets in nobody/,
        /backend +! release \S+ is not what was deployed/,
        /backend +! database user \S+ has other rights, or another password/,
        /frontend +! release \S+ is not what was deployed/,
        /frontend +! \/opt\/tintype\/assets\/evil\.js is of no release/,
      ]) {
        expect(status.stdout).toMatch(found);
      }

      await sql("CREATE USER ''@localhost; CREATE USER root@'%'; CREATE DATABASE test"); // as an earlier database had
      // The log is looked through for secrets at the end.
      const atLength = localMake({
        name,
        localPort,
        timeoutMs: 5 * minuteMs,
        env: { ANSIBLE_VERBOSITY: "4" },
      });
      const repaired = await atLength("deploy");
      expect(repaired.code).toBe(0);
      const reported = repaired.stderr.split("\n").filter((line) => line.includes(" ! "));
      expect(reported.map((line) => line.trim()).toSorted()).toEqual([
        "! backend: /etc/sudoers.d/zz gives rights that no deploy gave",
        "! backend: sudo lets in nobody",
        "! frontend: /etc/sudoers.d/zz gives rights that no deploy gave",
        "! frontend: sudo lets in nobody",
      ]);
      for (const host of hosts()) await onHost(host, "rm /etc/sudoers.d/zz");
      expect(await make("status")).toMatchObject({ code: 0 });
    },
  );

  lengthy(
    "OPS-04 what an earlier database left open is closed by that deploy, which prints no secret at verbosity 4",
    async () => {
      expect(await sql("SELECT user, host FROM mysql.user WHERE user = '' OR host <> 'localhost'")).toEqual(
        [],
      );
      expect(await sql("SHOW DATABASES LIKE 'test'")).toEqual([]);
    },
  );

  test("USE-10, DEP-16 is not changed by a second deploy", async () => {
    const make = localMake({ name, localPort, timeoutMs: 5 * minuteMs });
    const { code, stderr } = await make("deploy");
    expect({ code, stderr }).toMatchObject({ code: 0, stderr: expect.stringContaining("No changes.") });
    expect(stderr.match(/\w+: \d+ ok, \d+ changed/g)).toEqual([
      expect.stringMatching(/^backend: \d+ ok, 0 changed$/),
      expect.stringMatching(/^frontend: \d+ ok, 0 changed$/),
    ]);
  });

  // Takes five minutes, so it runs only with `SLOW_HOSTS=1 make test-all`.
  const onSlowHosts = process.env["SLOW_HOSTS"] === "1" ? test : test.skip;
  onSlowHosts(
    "USE-18 a deploy with a fifth of a core and 1 GiB for each host ends well, and nothing is killed for lack of memory",
    async () => {
      for (const host of hosts()) await limit(host, ["--cpus=0.2", "--memory=1g", "--memory-swap=2g"]);
      try {
        // The release is unpacked and restarted, and a second copy is tried beside it.
        await onHost(backend().instanceId, "echo '// changed' >>/opt/tintype/current/server.mjs");
        const make = localMake({ name, localPort, timeoutMs: 15 * minuteMs });
        const { code, stderr } = await make("deploy");
        expect({ code, stderr }).toMatchObject({ code: 0 });
        await onHost(
          backend().instanceId,
          "/opt/tintype/bin/serve try $(basename $(readlink /opt/tintype/current))",
        );
        const events = "/sys/fs/cgroup/memory.events /sys/fs/cgroup/memory/memory.oom_control";
        for (const host of hosts()) {
          const killed = `find /sys/fs/cgroup -name memory.events -o -name memory.oom_control | xargs cat ${events} 2>/dev/null`;
          const lines = await onHost(host, `${killed} | grep '^oom_kill ' || true`);
          expect(lines.filter((line) => line !== "oom_kill 0")).toEqual([]);
        }
      } finally {
        const all = [`--cpus=${availableParallelism()}`, "--memory=256g", "--memory-swap=256g"];
        for (const host of hosts()) await limit(host, all);
      }
    },
  );
}

/** The SSH server's effective settings. Lists of several values come as several lines. */
async function settings(host: string): Promise<Record<string, string>> {
  const lines = await onHost(host, "sshd -T");
  return Object.fromEntries(lines.map((line) => line.split(/ (.*)/s).slice(0, 2)));
}

async function exposure(host: string, unit: string): Promise<number> {
  const lines = await onHost(host, `systemd-analyze security --no-pager ${unit} | tail -n 1`);
  return Number(/: ([\d.]+) /.exec(lines.join(""))?.[1] ?? Number.NaN);
}

/** For `toEqual`: a number that is no greater. */
function atMost(limit: number) {
  return { asymmetricMatch: (value: unknown) => typeof value === "number" && value <= limit };
}

/** A request whose body is still to come. */
function slowBody(address: string, refused: { count: number }) {
  const head = "POST /api/auth/signin HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n";
  const socket = connect(80, address, () => socket.write(`${head}Content-Length: 5000\r\n\r\n{`));
  socket.on("error", () => undefined);
  socket.once("data", (text) => {
    if (String(text).startsWith("HTTP/1.1 429")) refused.count += 1;
  });
  return socket;
}
