import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { repository } from "../src/make.ts";
import { type Containers, docker, lines, output } from "./containers.ts";

interface Props {
  readonly containers: () => Containers;
  readonly compose: (...args: string[]) => Promise<string>;
  readonly folder: string;
  readonly port: number;
}

const ports = {
  proxy: 8080,
  login: 8000,
  profile: 8001,
  verifier: 3001,
  redis: 6379,
  "login-database": 3306,
  "profile-database": 3306,
};
const services = Object.keys(ports);

/** Of the table in docs/services.md: what each container reaches. */
function documented(): Record<string, string[]> {
  const text = readFileSync(join(repository, "docs/services.md"), "utf8");
  const [, table = ""] = /^## Who reaches whom\n([^#]*)/m.exec(text) ?? [];
  const rows = table.matchAll(/^\| `([\w-]+)` +\| ([^|]*)\|/gm);
  return Object.fromEntries(
    [...rows].map(([, from = "", reached = ""]) => [from, reached.trim().split(/, /).toSorted()]),
  );
}

/** Prints which names and ports answer. Docker asks others for a name that it does not know, and waits for them. */
const probe = `
const { connect } = require("node:net");
const { Resolver } = require("node:dns").promises;
const resolver = new Resolver({ timeout: 2_000, tries: 1 });
const isOpen = (host, port) => new Promise((resolve) => {
  const socket = connect({ host, port, timeout: 10_000 });
  for (const [event, open] of [["connect", true], ["error", false], ["timeout", false]])
    socket.once(event, () => { socket.destroy(); resolve(open); });
});
Promise.all(Object.entries(${JSON.stringify(ports)}).map(async ([name, port]) => {
  const [host] = await resolver.resolve4(name).catch(() => []);
  return host !== undefined && (await isOpen(host, port)) ? [name] : [];
})).then((found) => console.log(JSON.stringify(found.flat())));`;

/** What a container can reach, read and show. */
export function confinementTests({ containers, compose, folder, port }: Props): void {
  test("SVC-01 each container reaches what the table says, and nothing else", async () => {
    const found: Record<string, string[]> = {};
    for (const from of services) {
      const reached = JSON.parse(await containers().beside(from, probe)) as string[];
      // Docker's engine lets nothing leave an internal network, though its containers have a route.
      const isInside = await containers().isInside(from);
      found[from] = [...reached, ...(isInside ? [] : ["outside"])].toSorted();
    }
    expect(found).toEqual(documented());
  });

  test.each(["login", "profile"])("SVC-01 the user of the database of %s has one schema", async (schema) => {
    const sql = `
      export MYSQL_PWD=$(cat /run/secrets/mysql_password)
      $(command -v mariadb || command -v mysql) --no-defaults --protocol=tcp --host=127.0.0.1 --user=${schema} \\
        --batch --skip-column-names --execute="SHOW DATABASES; SHOW GRANTS"`;
    const [first, second, ...grants] = (await containers().inside(`${schema}-database`, "bash", "-c", sql))
      .trim()
      .split("\n");
    expect([first, second].toSorted()).toEqual(["information_schema", schema]);
    expect(grants).toHaveLength(2);
    expect(grants[0]).toMatch(/^GRANT USAGE ON \*\.\* /);
    expect(grants[1]).toContain(" ON `" + schema + "`.* TO ");
    expect(grants[1]).not.toMatch(/ALL PRIVILEGES|GRANT OPTION/);
  });

  test("SVC-15 one port is published, on this machine alone", async () => {
    const all = (await containers().all()).map((line) => line.split(" ")[1]!);
    const published = await Promise.all(all.map((id) => lines("port", id)));
    expect(published.flat()).toEqual([`8080/tcp -> 127.0.0.1:${port}`]);
  });

  test("every container is read-only, without capabilities, and not root", async () => {
    const format =
      '{{.Config.User}} {{.HostConfig.ReadonlyRootfs}} {{.HostConfig.CapDrop}} {{.HostConfig.SecurityOpt}} {{index .HostConfig.LogConfig.Config "max-size"}} {{.HostConfig.Privileged}}';
    const found = await Promise.all(
      (await containers().all()).map(async (line) => {
        const [service = "", id = ""] = line.split(" ");
        return [service, (await docker("inspect", "--format", format, id)).trim()] as const;
      }),
    );
    expect(found).toHaveLength(9);
    for (const [service, shown] of found)
      expect([service, shown]).toEqual([
        service,
        expect.stringMatching(/^(?!0)(\d+):\1 true \[ALL\] \[no-new-privileges:true\] 10m false$/),
      ]);
  });

  test("SVC-16 no secret is in what Docker shows, in a log, an image or a command line, and keys are in login alone", async () => {
    const secrets = secretsIn(folder);
    expect(secrets).toHaveLength(7);
    const all = (await containers().all()).map((line) => line.split(" ")[1]!);
    const images = [...new Set(await lines("inspect", "--format", "{{.Image}}", ...all))];
    const shown = await Promise.all([
      docker("inspect", ...all),
      compose("config"),
      ...all.map((id) => docker("logs", id)),
      ...images.map((id) => docker("history", "--no-trunc", id)),
      output("ps", "-ww", "-eo", "args"),
      output("sh", "-c", "cat services/dist/*.mjs"),
    ]);
    expect(shown.filter((text) => secrets.some((secret) => text.includes(secret)))).toEqual([]);
    const holders = await Promise.all(
      services.map(async (service) => {
        const files = await containers().inside(
          service,
          "sh",
          "-c",
          "stat -c '%n %a %u' /run/secrets/* 2>/dev/null || true",
        );
        return [service, files.trim().split("\n")] as const;
      }),
    );
    expect(holders.filter(([, files]) => files.some((file) => file.includes("token_secret")))).toEqual([
      [
        "login",
        [
          "/run/secrets/access_token_secret 400 10001",
          "/run/secrets/mysql_password 400 10001",
          "/run/secrets/redis_password 400 10001",
          "/run/secrets/refresh_token_secret 400 10001",
        ],
      ],
    ]);
  });

  test("SVC-16 Redis refuses another password, and its health check does too", async () => {
    const refused = "printf 'AUTH wrong\\nPING\\n' | redis-cli";
    expect(await containers().inside("redis", "sh", "-c", refused)).toMatch(/WRONGPASS[^]*NOAUTH/);
    const [check = ""] = (
      await docker(
        "inspect",
        "--format",
        "{{json .Config.Healthcheck.Test}}",
        await containers().the("redis"),
      )
    ).split("\n");
    const [, script = ""] = JSON.parse(check) as string[];
    const wrong = script.replace("$(cat /run/secrets/redis_password)", "wrong");
    expect(wrong).not.toBe(script);
    await expect(containers().inside("redis", "sh", "-c", wrong)).rejects.toThrow();
    expect(await containers().inside("redis", "sh", "-c", script)).toBe("PONG\n");
  });
}

/** The distinct values of all secrets of a copy; the test runs as root, to whom the files' owners do not matter. */
function secretsIn(folder: string): string[] {
  const secrets = join(folder, "secrets");
  const files = readdirSync(secrets, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  return [...new Set(files.map(({ parentPath, name }) => readFileSync(join(parentPath, name), "utf8")))];
}
