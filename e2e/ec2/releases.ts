import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { setTimeout as sleep } from "node:timers/promises";
import { ask, apiUser } from "../src/api-user.ts";
import { checkout } from "../src/checkout.ts";
import { onHost } from "../src/hosts.ts";
import { lengthy, triesAll } from "../src/lengthy.ts";
import { localMake } from "../src/make.ts";
import { siteLoad } from "../src/load.ts";
import { databaseFaultTests } from "./database-faults.ts";

interface Host {
  readonly instanceId: string;
  readonly privateIp: string;
}

export interface Deployed {
  readonly name: string;
  readonly localPort: number;
  readonly frontend: () => Host;
  readonly backend: () => Host;
}

const secondMs = 1000;
const minuteMs = 60 * secondMs;
/** Failing releases run at the lower rate, at which a deploy takes less time, and so do all in `make test`. */
const fewPerSecond = 50;
const perSecond = triesAll ? 200 : fewPerSecond;
/** How many releases follow each other under load; the deploy after them brings this repository's. */
const releases = Number(process.env["RELEASES"] ?? 1);

/** Releases, bad ones too, and restarts under load, without a failed request. Ends with this repository's release. */
export function releaseTests({ name, localPort, frontend, backend }: Deployed): void {
  describe("under traffic", () => {
    let source: ReturnType<typeof checkout>;
    let people: Awaited<ReturnType<typeof siteLoad>>;
    // Not through the published port: Docker's proxy has its own limits.
    const origin = () => `http://${frontend().privateIp}`;
    const make = localMake({ name, localPort, timeoutMs: 11 * minuteMs });
    const makeFrom = ({ folder }: { folder: string }) =>
      localMake({ name, localPort, timeoutMs: 11 * minuteMs, env: { TINTYPE_SOURCE: folder } });

    beforeAll(async () => {
      source = checkout();
      people = await siteLoad(origin());
    });
    // A session that one test loses is that test's failure, not one of all that follow.
    beforeEach(() => Promise.all(people.users.map((user) => user.signIn())));
    afterAll(() => source?.remove());

    const releaseNow = async () =>
      (JSON.parse((await ask("GET", `${origin()}/api/health`)).text) as { release: string }).release;
    const pageNow = async () => (await ask("GET", `${origin()}/`)).text;

    test(
      `DEP-05 of ${releases} releases at ${perSecond} requests a second no request notices any`,
      async () => {
        const seen = [await releaseNow()];
        const filesBefore = await onHost(frontend().instanceId, "ls /opt/tintype/current/assets");
        const traffic = people.start(perSecond);
        for (let release = 1; release <= releases; release += 1) {
          const text = `console.info("release ${release} of ${process.pid}");\n`;
          source.change("app-backend/src/entrypoints/ec2/server.ts", "const graceMs", `${text}const graceMs`);
          source.change("app-frontend/src/main.tsx", "createRoot(", `${text}createRoot(`);
          const { code, stderr } = await makeFrom(source)("deploy");
          expect({ code, stderr: code === 0 ? "" : stderr }).toEqual({ code: 0, stderr: "" });
          seen.push(await releaseNow());
          console.log(`${release}: ${stderr.match(/Deployed in .*/)?.[0]}`, figures(traffic.statistics()));
        }
        const { failures, requests } = await traffic.stop();
        expect(failures.slice(0, 5)).toEqual([]);
        expect(requests).toBeGreaterThan(releases * 2000);
        expect(seen.filter((id, index) => id === seen[index + 1])).toEqual([]);
        if (releases > 2) return;
        for (const file of filesBefore) {
          expect(await ask("GET", `${origin()}/assets/${file}`)).toMatchObject({ status: 200 });
        }
      },
      (releases + 1) * 4 * minuteMs,
    );

    lengthy.each([
      ["ends at once", "const config", "failing()", "serves as before"],
      ["ends where it is to serve", "const { app,", `if ("fd" in config.place) failing()`, "serves again"],
      ["never gets ready", "", "", "serves as before"],
    ])(
      "DEP-06 a release that %s takes no traffic: the deploy reports why, the one before serves",
      async (...given) => {
        const [kind, before, failing, outcome] = given;
        const bad = checkout();
        const says = `nothing to ${kind} with`;
        const fail = `function failing() { console.error("${says}"); process.exit(3); }\n`;
        if (before === "")
          bad.change("app-backend/src/adapters/mysql/probe.ts", "FROM sessions", "FROM nothing");
        else bad.change("app-backend/src/entrypoints/ec2/server.ts", before, `${fail}${failing};\n${before}`);
        const [release, page] = [await releaseNow(), await pageNow()];
        const traffic = people.start(fewPerSecond);
        const { code, stderr } = await makeFrom(bad)("deploy");
        const { failures, ...rest } = await traffic.stop();
        bad.remove();
        console.log(kind, figures({ ...rest, failures }));
        expect(failures.slice(0, 5)).toEqual([]);
        expect(code).not.toBe(0);
        expect(stderr).toContain(before === "" ? '"message":"does not answer"' : says);
        expect(stderr).toContain(outcome);
        expect([await releaseNow(), await pageNow()]).toEqual([release, page]);
      },
    );

    test("DEP-08 of two deploys at once the second is refused, naming the first", async () => {
      const before = await releaseNow();
      const first = make("deploy");
      await sleep(5 * secondMs);
      const second = await make("deploy");
      expect(second).toMatchObject({
        code: 2,
        stderr: expect.stringMatching(/`make deploy .*` has been running/),
      });
      expect((await first).code).toBe(0);
      expect(await releaseNow()).not.toBe(before); // that of this repository
    });

    lengthy(
      "REL-11 a rollback puts the release before back on both hosts, once; a deploy brings the newest again",
      async () => {
        const [release, page] = [await releaseNow(), await pageNow()];
        const traffic = people.start(fewPerSecond);
        const { code, stderr } = await make("rollback");
        expect({ code, stderr }).toMatchObject({
          code: 0,
          stderr: expect.stringMatching(/frontend: .*backend: /s),
        });
        const [releaseBefore, pageBefore] = [await releaseNow(), await pageNow()];
        expect(releaseBefore).not.toBe(release);
        expect(pageBefore).not.toBe(page);
        const again = await make("rollback");
        expect(again).toMatchObject({ code: 2, stderr: expect.stringContaining("was put back already") });
        expect((await make("deploy")).code).toBe(0);
        expect([await releaseNow(), await pageNow()]).toEqual([release, page]);
        expect((await traffic.stop()).failures.slice(0, 5)).toEqual([]);
      },
    );

    test("REL-10 stopped with uploads in flight, the API drops nothing and is gone within 10 s", async () => {
      const uploader = await apiUser(origin());
      const traffic = people.start(perSecond);
      await sleep(2 * secondMs);
      const uploads = Array.from({ length: 6 }, () => uploader.replacePicture(3 * secondMs));
      await sleep(secondMs);
      const stoppedAt = performance.now();
      await onHost(backend().instanceId, "systemctl restart tintype-backend.service");
      expect(performance.now() - stoppedAt).toBeLessThan(10 * secondMs);
      await Promise.all(uploads);
      await sleep(3 * secondMs);
      const { failures, ...rest } = await traffic.stop();
      console.log("REL-10", figures({ ...rest, failures }));
      expect(failures.slice(0, 5)).toEqual([]);
    });

    databaseFaultTests({
      people: () => people,
      frontendId: () => frontend().instanceId,
      backendId: () => backend().instanceId,
      origin,
    });
  });
}

function figures({
  failures,
  ...rest
}: {
  readonly failures: readonly string[];
  readonly requests: number;
}): string {
  return JSON.stringify({ ...rest, failed: failures.length });
}
