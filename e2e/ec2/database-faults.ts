import { expect, test } from "@jest/globals";
import { setTimeout as sleep } from "node:timers/promises";
import { ask, type ApiUser } from "../src/api-user.ts";
import { onHost } from "../src/hosts.ts";
import type { Statistics } from "../src/statistics.ts";
import type { siteLoad } from "../src/load.ts";
import { waitFor } from "../src/wait-for.ts";

interface Site {
  readonly people: () => Awaited<ReturnType<typeof siteLoad>>;
  readonly frontendId: () => string;
  readonly backendId: () => string;
  readonly origin: () => string;
}

const secondMs = 1000;
const perSecond = 50;

/** The site without its database, and with full disks. */
export function databaseFaultTests({ people, frontendId, backendId, origin }: Site): void {
  const onBackend = async (shell: string) => (await onHost(backendId(), shell)).join("\n");
  const isReady = async () => (await ask("GET", `${origin()}/api/ready`)).status === 200;
  const processId = () => onBackend("systemctl show --property MainPID tintype-backend");

  test.each([
    ["restarted", "systemctl restart mariadb"],
    ["killed", "systemctl kill --signal KILL mariadb; sleep 1; systemctl is-active mariadb || true"],
  ])(
    "REL-02 with the database %s there are 503 only until it is back, and nothing acknowledged is lost",
    async (...given) => {
      const [, shell] = given;
      const process = await processId();
      const [someone] = people().users as [ApiUser];
      const uploads = uploading(someone);
      const traffic = people().start(perSecond);
      await sleep(2 * secondMs);
      const brokenAt = Date.now();
      await onBackend(shell);
      await waitFor("the database is up", () => onBackend("mysqladmin ping"), 60 * secondMs);
      const upAt = Date.now();
      await sleep(7 * secondMs);
      const statistics = await traffic.stop();
      const acknowledged = await uploads.stop();
      console.log(
        `REL-02 away ${upAt - brokenAt} ms, ${statistics.failures.length} of ${statistics.requests} refused`,
      );
      expectOnly503(statistics, brokenAt, upAt + 5 * secondMs);
      expect(await processId()).toBe(process);
      const listed = await someone.ownImages();
      expect(acknowledged.filter((id) => !listed.includes(id))).toEqual([]);
      for (const id of acknowledged) await someone.remove(id);
    },
  );

  test("REL-06 with its disk full the database refuses what it cannot keep, and accepts it again when there is space", async () => {
    const noted = new Map<string, ApiUser>();
    const note = async (one: ApiUser) => void noted.set(await one.announce("\u6C34".repeat(255)), one);
    await onBackend("fallocate --length $(df --output=avail --block-size=1 /data | tail -n 1) /data/full");
    try {
      expect(await firstRefusal(people().users, note)).toMatch(/^503 /);
      expect((await ask("GET", `${origin()}/api/health`)).status).toBe(200);
    } finally {
      await onBackend("rm -f /data/full");
    }
    const takes = () => note(people().users[0]!).then(() => true);
    await waitFor("images are noted again", takes, 20 * secondMs);
    const kept = await onBackend(
      "mysql --batch --skip-column-names tintype --execute 'SELECT id FROM images'",
    );
    expect([...noted.keys()].filter((id) => !kept.includes(id))).toEqual([]);
    for (const [id, one] of noted) await one.remove(id);
  });

  test("REL-06 with no space for logs the site goes on, and logs again when there is space", async () => {
    const full = (folder: string) =>
      `mount -t tmpfs -o size=64k tmpfs ${folder} && head -c 1M /dev/zero >${folder}/full || true`;
    await onHost(frontendId(), `${full("/var/log/nginx")}; nginx -s reopen`);
    await onBackend(`${full("/var/log/journal")}; systemctl restart systemd-journald`);
    const traffic = people().start(perSecond);
    await sleep(5 * secondMs);
    await onHost(frontendId(), "umount --lazy /var/log/nginx; nginx -s reopen");
    await onBackend("umount --lazy /var/log/journal; systemctl restart systemd-journald");
    await sleep(2 * secondMs);
    expect((await traffic.stop()).failures.slice(0, 5)).toEqual([]);
    const { headers } = await ask("GET", `${origin()}/api/health`);
    const id = String(headers["x-request-id"]);
    await waitFor(
      "nginx logs",
      () => onHost(frontendId(), `grep ${id} /var/log/nginx/access.log`),
      5 * secondMs,
    );
    await waitFor(
      "the API logs",
      () => onBackend(`journalctl -u tintype-backend | grep ${id}`),
      5 * secondMs,
    );
  });

  test("is ready after all of that", async () => {
    await waitFor("ready", isReady, 10 * secondMs);
  });
}

/** A person who adds pictures until stopped. Returns those that the API acknowledged. */
function uploading(someone: ApiUser) {
  const acknowledged: string[] = [];
  let going = true;
  const work = (async () => {
    while (going)
      await someone.upload().then(
        (id) => acknowledged.push(id),
        () => sleep(100),
      );
  })();
  return {
    async stop(): Promise<string[]> {
      going = false;
      await work;
      return acknowledged;
    },
  };
}

/** How the API refuses the first image beyond the quota. */
async function firstRefusal(
  users: readonly ApiUser[],
  note: (one: ApiUser) => Promise<void>,
): Promise<string | undefined> {
  for (let tries = 0; tries < 450; tries += 1) {
    for (const one of users) {
      const refused = await note(one).then(
        () => undefined,
        (error: Error) => error.message,
      );
      if (refused !== undefined) return refused;
    }
  }
  return undefined;
}

function expectOnly503({ failures }: Statistics, from: number, to: number): void {
  const others = failures.filter((failure) => {
    const at = Date.parse(failure.slice(0, 24));
    return !/: 503 after \d+ s /.test(failure) || at < from || at > to;
  });
  expect(others.slice(0, 5)).toEqual([]);
}
