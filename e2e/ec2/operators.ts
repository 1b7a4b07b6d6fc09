import { expect, test } from "@jest/globals";
import { spawn } from "node:child_process";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { onHost, reaches, secretsOf } from "../src/hosts.ts";
import { archivesThatLeak, filesThatLeak, openFiles } from "../src/secret-scan.ts";
import { localMake, makeEnvironment, stateRoot } from "../src/make.ts";
import { waitFor } from "../src/wait-for.ts";

interface Deployed {
  readonly name: string;
  readonly localPort: number;
  readonly localUrl: () => string;
  readonly metricsUrl: () => string;
  readonly frontend: () => { readonly instanceId: string };
  readonly backend: () => { readonly instanceId: string; readonly privateIp: string };
  readonly visit: (work: (page: Page) => Promise<void>) => Promise<void>;
  readonly person: () => { readonly email: string; readonly password: string };
  readonly signIn: (page: Page) => Promise<void>;
  readonly isSignedIn: (page: Page) => Promise<void>;
}

const minuteMs = 60_000;
const metricsPort = 9464;
const commandLines = "cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' ' '";

/** What an operator does with a deployment, and what must not leak while it runs. */
export function operatorTests(deployed: Deployed): void {
  const { name, localPort, localUrl, metricsUrl, frontend, backend, visit } = deployed;
  const make = localMake({ name, localPort, timeoutMs: 2 * minuteMs });
  const settings = ["CLOUD=local", `NAME=${name}`, `LOCAL_PORT=${localPort}`];
  const secrets = new Set<string>();

  test("status shows both hosts side by side, without faults", async () => {
    const { code, stdout } = await make("status");
    expect(stdout).toMatch(/^site +http:\/\/localhost:\d+ ready$/m);
    expect(stdout).toMatch(/^ +frontend +backend$/m);
    expect(stdout).toMatch(/^release +[0-9a-f]{12} +[0-9a-f]{12}-[0-9a-f]{6}$/m);
    expect(stdout).toMatch(/^up +\d+ \w+ +\d+ \w+$/m);
    expect(stdout).toMatch(/^failed units +none +none$/m);
    expect({ code, faults: stdout.match(/!/g) }).toEqual({ code: 0, faults: null });
  });

  test("a status or a log that is cut off by a pipe reports no error", async () => {
    for (const target of ["status", "logs", "logs HOST=frontend"]) {
      const { stderr, shown } = await shell(`make ${target} ${settings.join(" ")} | head -n 1`);
      expect({ target, stderr, lines: shown.split("\n").length }).toEqual({ target, stderr: "", lines: 2 });
    }
  });

  test.each(["backend", "frontend"] as const)(
    "the %s host's log is followed until Ctrl-C, which leaves nothing behind",
    async (host) => {
      const instance = host === "backend" ? backend() : frontend();
      const follower = "pgrep --full '[j]ournalctl.*--follow|[t]ail.*--follow' || true";
      const args = ["logs", ...settings, `HOST=${host}`, "FOLLOW=1"];
      const make = spawn("make", args, { detached: true, env: makeEnvironment() });
      let shown = "";
      make.stdout.setEncoding("utf8").on("data", (text: string) => (shown += text));
      make.stderr.setEncoding("utf8").on("data", (text: string) => (shown += text));
      const ended = new Promise((resolve) => make.once("close", resolve));
      await waitFor(
        "the log is followed",
        async () => (await onHost(instance.instanceId, follower))[0],
        minuteMs,
      );
      shown = "";
      await fetch(`${localUrl()}/api/health`);
      await waitFor("the request is in it", async () => shown.includes("/api/health"), minuteMs);
      process.kill(-make.pid!, "SIGINT"); // as a terminal does: to all that run in it
      await ended;
      expect(shown).not.toMatch(/Error|at .*\.ts|Failure|let go/);
      const gone = async () => (await onHost(instance.instanceId, follower)).length === 0;
      await waitFor("nothing follows any more", gone, minuteMs);
    },
  );

  test("OPS-11 metrics are shown to the operator, and to no one through the site", async () => {
    await fetch(`${localUrl()}/api/nowhere`);
    const text = await (await fetch(metricsUrl())).text();
    expect(text).toMatch(/^tintype_request_seconds_count\{.*route="\/api\/health",status="2xx"\} \d+$/m);
    expect(text).toMatch(/^tintype_refusals_total\{code="not_found"\} \d+$/m);
    expect(text).toMatch(/^tintype_database_connections_lent \d+$/m);
    expect(text).toMatch(/^process_resident_memory_bytes \d+$/m);
    expect((await fetch(`${localUrl()}/api/metrics`)).status).toBe(404);
    const { privateIp } = backend();
    expect(await reaches(privateIp, metricsPort, frontend().instanceId)).toBe(false);
    const atApi = `curl -s -o /dev/null -w '%{http_code}' http://${privateIp}:8080/api/metrics`;
    expect(await onHost(frontend().instanceId, atApi)).toEqual(["404"]);
  });

  test("OPS-10 new secrets end no session and fail no request, twice in a row", async () => {
    await visit(async (page) => {
      await deployed.signIn(page);
      for (const secret of await secretsOf(backend().instanceId)) secrets.add(secret);
      const before = secrets.size;
      const load = await traffic(localUrl(), deployed.person());
      const seen = watchCommandLines(backend().instanceId);
      for (let rotation = 0; rotation < 2; rotation += 1) {
        const { code, stderr } = await make("rotate-secrets");
        expect({ code, stderr }).toMatchObject({ code: 0 });
        await page.reload();
        await deployed.isSignedIn(page);
      }
      const { ok, faults } = await load.end();
      for (const secret of await secretsOf(backend().instanceId)) secrets.add(secret);
      expect(faults).toEqual([]);
      expect(ok).toBeGreaterThan(100);
      expect(secrets.size).toBeGreaterThan(before + 3);
      expect(leaksIn(await seen.end())).toBe(0);
    });
    const health = await onHost(backend().instanceId, "systemctl start tintype-purge.service && echo done");
    expect(health).toEqual(["done"]); // other programs of the host have the new password too
  });

  test("DEP-14 no secret is in the bundles, logs, journals, command lines or metrics, nor what Ansible prints", async () => {
    expect(secrets.size).toBeGreaterThan(3);
    const folder = join(stateRoot, `local-${name}`);
    const files = openFiles(folder);
    expect(files).toContain("log/ansible.log");
    expect(filesThatLeak(folder, files, [...secrets])).toEqual([]);
    expect(archivesThatLeak(join(stateRoot, "releases"), [...secrets])).toEqual([]);
    for (const { instanceId } of [frontend(), backend()]) {
      const logs =
        "journalctl --no-pager --all; find /var/log -type f -not -path '*/journal/*' -exec zcat -f {} +";
      const environment = "systemctl show --property=Environment '*'";
      const text = await onHost(instanceId, `${logs}; ${environment}; ${commandLines}`);
      expect(text.length).toBeGreaterThan(100);
      expect(leaksIn(text)).toBe(0);
    }
    expect(leaksIn([await (await fetch(metricsUrl())).text()])).toBe(0);
  });

  /** How many lines hold a secret. Never says which. */
  function leaksIn(lines: readonly string[]): number {
    return lines.filter((line) => [...secrets].some((secret) => line.includes(secret))).length;
  }
}

/** Requests with an access token from before, until they are stopped. */
async function traffic(url: string, person: { email: string; password: string }) {
  const faults: string[] = [];
  const asked: Promise<void>[] = [];
  const body = JSON.stringify({ email: person.email, password: person.password });
  const headers = { "content-type": "application/json" };
  const signedIn = await fetch(`${url}/api/auth/signin`, { method: "POST", headers, body });
  const { accessToken } = (await signedIn.json()) as { accessToken: string };
  const timer = setInterval(() => asked.push(request()), 20);
  async function request(): Promise<void> {
    const authorization = `Bearer ${accessToken}`;
    const answer = await fetch(`${url}/api/account`, { headers: { authorization } }).catch(String);
    if (typeof answer === "string") faults.push(answer);
    else if ((await answer.text(), !answer.ok)) faults.push(String(answer.status));
  }
  return {
    async end() {
      clearInterval(timer);
      await Promise.all(asked);
      return { ok: asked.length - faults.length, faults };
    },
  };
}

/** All command lines seen on a host, sampled as often as possible. */
function watchCommandLines(instanceId: string) {
  const seen: string[] = [];
  let watching = true;
  const done = (async () => {
    while (watching) {
      const look = `for i in $(seq 20); do ${commandLines}; sleep 0.02; done`;
      seen.push(...(await onHost(instanceId, look)));
    }
  })();
  return {
    async end(): Promise<string[]> {
      watching = false;
      await done;
      return seen;
    },
  };
}

async function shell(line: string): Promise<{ stderr: string; shown: string }> {
  const child = spawn("bash", ["-c", line], { env: makeEnvironment() });
  const out = { stderr: "", shown: "" };
  child.stdout.setEncoding("utf8").on("data", (text: string) => (out.shown += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (out.stderr += text));
  await new Promise((resolve) => child.once("close", resolve));
  return out;
}
