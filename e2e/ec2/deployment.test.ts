import { afterAll, describe, expect, jest, test } from "@jest/globals";
import { once } from "node:events";
import { createServer } from "node:net";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { freePort } from "../../infra/cli/free-port.ts";
import { openBrowser } from "../src/browser.ts";
import { cloud } from "../src/cloud.ts";
import {
  containersAndNetworks,
  loopFiles,
  publishedPorts,
  reaches,
  reboot,
  secretsOf,
} from "../src/hosts.ts";
import { filesThatLeak, openFiles } from "../src/secret-scan.ts";
import { lengthy, triesAll } from "../src/lengthy.ts";
import { localMake, stateRoot, succeeding } from "../src/make.ts";
import * as pages from "../src/pages.ts";
import { ownPage } from "../src/people.ts";
import { askSite } from "../src/site.ts";
import { inTurn } from "../src/turn.ts";
import { waitFor } from "../src/wait-for.ts";
import { backupTests } from "./backup.ts";
import { resilienceTests } from "./resilience.ts";
import { accessibilityTests, galleryTests } from "../journeys/gallery.ts";
import { hardeningTests } from "./hardening.ts";
import { nginxHeaderTests } from "./nginx-headers.ts";
import { operatorTests } from "./operators.ts";
import { firstPersonTest, pageTests, peopleTests } from "../journeys/people.ts";
import { projectTests } from "../journeys/projects.ts";
import { resetFactorTest, secondFactorTests } from "../journeys/second-factor.ts";
import { releaseTests } from "./releases.ts";
import { teardownTests } from "./teardown.ts";
import { headerTests, type Site } from "../journeys/headers.ts";

interface Outputs {
  readonly url: string;
  readonly localUrl: string;
  readonly metricsUrl: string;
  readonly bucket: string;
  readonly frontend: { readonly instanceId: string; readonly publicDns: string; readonly privateIp: string };
  readonly backend: { readonly instanceId: string; readonly privateIp: string; readonly apiPort: number };
}

const minuteMs = 60_000;
const name = "e2e";
const localPort = await freePort();
const make = localMake({ name, localPort, timeoutMs: 11 * minuteMs });
const succeed = succeeding(make);
const loopsBefore = loopFiles();

jest.setTimeout(12 * minuteMs);

let outputs: Outputs | undefined;
let person: pages.Person | undefined;

afterAll(async () => {
  await make("destroy", "YES=1");
});

/** The life of one deployment: each test continues where the one before ended. */
describe("a deployment", () => {
  test("is not begun where the port for its site is taken", async () => {
    const taken = createServer().listen(localPort, "127.0.0.1");
    await once(taken, "listening");
    const { code, stderr } = await make("deploy");
    taken.close();
    expect({ code, stderr }).toMatchObject({
      code: 2,
      stderr: expect.stringContaining(`Port ${localPort} of this machine is taken.`),
    });
  });

  test("comes up by one command, which prints its address", async () => {
    await succeed("deploy");
    outputs = await readOutputs();
    expect(outputs).toMatchObject({
      url: `http://${outputs.frontend.publicDns}`,
      localUrl: `http://localhost:${localPort}`,
      frontend: {
        publicDns: expect.stringMatching(/^ec2-[\d-]+\..*amazonaws\.com$/),
        instanceId: expect.stringMatching(/^i-[0-9a-f]+$/),
      },
      backend: {
        instanceId: expect.stringMatching(/^i-[0-9a-f]+$/),
        privateIp: expect.stringMatching(/^\d+\.\d+\.\d+\.\d+$/),
      },
      bucket: expect.stringMatching(/^[a-z0-9.-]{3,63}$/),
    });
    expect(newLoopFiles()).not.toEqual([]); // what the last test looks for can be seen
  });

  firstPersonTest(visit, (newcomer) => (person = newcomer));

  const origin = () => `http://${deployed().frontend.publicDns}`;
  pageTests({ origin, visit, person: knownPerson });

  peopleTests({
    visit,
    person: knownPerson,
    refreshCookie: /^refresh-\d+$/,
    resetCode: async (email) => codeIn((await succeed("logs", "HOST=backend")).stdout, email),
    register: pages.registerByForm,
  });

  galleryTests({ visit, localUrl: () => deployed().localUrl });

  projectTests({ origin, triesPage: true, visit, keys: (prefix) => cloud().keys(deployed().bucket, prefix) });

  secondFactorTests({ visit });

  accessibilityTests(visit);

  const crawled: Site = {
    by: "HTTP",
    tls: false,
    ask: (path, asked) => askSite(`${deployed().localUrl}${path}`, asked),
    person: () => ({ email: knownPerson().email, password: knownPerson().password }),
  };
  headerTests(crawled);
  nginxHeaderTests({ ...crawled, address: "127.0.0.1", port: () => localPort });

  test("says on every page that it speaks plain HTTP, unless it is on this machine", async () => {
    await visit(async (page) => {
      await pages.openSignIn(page);
      expect(await page.locator("footer").innerText()).toContain("plain HTTP");
      await page.goto(`${deployed().localUrl}${pages.paths.signIn}`);
      await pages.signInPage(page);
      expect(await page.locator("footer").count()).toBe(0);
    });
  });

  inTurn(() => {
    resilienceTests({
      localUrl: () => deployed().localUrl,
      frontendIp: () => deployed().frontend.privateIp,
      backendId: () => deployed().backend.instanceId,
    });

    releaseTests({
      name,
      localPort,
      frontend: () => deployed().frontend,
      backend: () => deployed().backend,
    });
    hardeningTests({
      name,
      localPort,
      localUrl: () => deployed().localUrl,
      frontend: () => deployed().frontend,
      backend: () => deployed().backend,
    });
  }, true);

  test("finds every record's object in the bucket", async () => {
    const { stdout } = await succeed("integrity");
    const { integrity } = JSON.parse(stdout) as { integrity: { checked: number; left: string[] } };
    expect(integrity.left).toEqual([]);
    expect(integrity.checked).toBeGreaterThan(16); // two objects an image, one an account
  });

  resetFactorTest({ make, person: knownPerson });

  test("DEP-15 opens SSH, the site and the metrics to this machine, and nothing else", async () => {
    const { frontend, backend } = deployed();
    const ssh = { port: "22/tcp", address: "127.0.0.1" };
    expect(await publishedPorts(frontend.instanceId)).toEqual([ssh, { ...ssh, port: "80/tcp" }]);
    const metrics = { ...ssh, port: "9464/tcp" };
    expect(await publishedPorts(backend.instanceId)).toEqual([ssh, metrics]);
  });

  test("DEP-15 lets only the frontend host reach the API, and no other host the database", async () => {
    const { frontend, backend } = deployed();
    const ports = { ssh: 22, api: backend.apiPort, database: 3306 };
    const reached = async (from?: string) => {
      const entries = Object.entries(ports).map(
        async ([what, port]) => [what, await reaches(backend.privateIp, port, from)] as const,
      );
      return Object.fromEntries(await Promise.all(entries));
    };
    expect(await reached()).toEqual({ ssh: true, api: false, database: false });
    expect(await reached(frontend.instanceId)).toEqual({ ssh: false, api: true, database: false });
    expect(await reaches("127.0.0.1", ports.database, backend.instanceId)).toBe(true);
  });

  test("DEP-17 comes back from a reboot with its people and pictures", async () => {
    const { frontend, backend, localUrl } = deployed();
    await reboot(frontend.instanceId, backend.instanceId);
    const ready = async () =>
      (await fetch(`${localUrl}/api/ready`, { signal: AbortSignal.timeout(5000) })).ok;
    await waitFor("the site is ready again", ready, 3 * minuteMs);
    expect(await shownAfterSignIn()).toEqual(ownPage(knownPerson()));
  });

  lengthy("DEP-17 keeps its people and pictures when the backend host is replaced", async () => {
    const before = deployed();
    await succeed("deploy", "REPLACE=backend");
    outputs = await readOutputs();
    expect(outputs.backend.instanceId).not.toBe(before.backend.instanceId);
    expect(outputs.frontend).toEqual(before.frontend);
    expect(await shownAfterSignIn()).toEqual(ownPage(knownPerson()));
  });

  // After the deploy that changes nothing: the next deploy after a rotation restarts services.
  operatorTests({
    name,
    localPort,
    localUrl: () => deployed().localUrl,
    metricsUrl: () => deployed().metricsUrl,
    frontend: () => deployed().frontend,
    backend: () => deployed().backend,
    visit,
    person: knownPerson,
    signIn: (page) => pages.signIn(page, knownPerson()),
    isSignedIn: async (page) => expect(await pages.shownAccount(page)).toEqual(ownPage(knownPerson())),
  });

  const backups = backupTests({
    make,
    visit,
    backendId: () => deployed().backend.instanceId,
    file: join(stateRoot, `${name}.tar`),
  });

  test("DEP-14 writes no secret into its state, program, inventory or logs", async () => {
    const secrets = await secretsOf(deployed().backend.instanceId);
    expect(secrets).not.toHaveLength(0);
    const folder = join(stateRoot, `local-${name}`);
    const files = openFiles(folder);
    for (const kind of [
      /terraform\.tfstate$/,
      /cdk\.tf\.json$/,
      /^inventory\.json$/,
      /^log\/ansible\.log$/,
    ]) {
      expect(files).toContainEqual(expect.stringMatching(kind));
    }
    expect(filesThatLeak(folder, files, secrets)).toEqual([]);
  });

  teardownTests({ name, bucket: () => deployed().bucket, make });

  test("goes away without a trace, and says so when asked again", async () => {
    await requireNoTrace();
  });

  lengthy("comes up again under its name, without accounts", async () => {
    await succeed("deploy");
    outputs = await readOutputs();
    await visit(async (page) => {
      await pages.openSignIn(page);
      const { email, password } = knownPerson();
      const { status } = await pages.trySignIn(page, { email, password });
      expect(status).toBe(401);
    });
  });

  if (triesAll) backups.restoreFileTests();

  lengthy("goes away again", async () => {
    const { stderr } = await succeed("destroy", "YES=1");
    expect(stderr).toContain("0 resources left.");
    await requireNoTrace();
  });
});

async function requireNoTrace(): Promise<void> {
  expect(await containersAndNetworks(name)).toEqual([]);
  expect(newLoopFiles()).toEqual([]);
  const { stdout, stderr } = await succeed("destroy", "YES=1");
  expect(stdout + stderr).toContain("Nothing is deployed");
}

async function readOutputs(): Promise<Outputs> {
  const { stdout } = await succeed("output");
  return JSON.parse(stdout) as Outputs;
}

/** Throws if nothing could be deployed, so that a test ends at once. */
function deployed(): Outputs {
  if (outputs === undefined) throw new Error("nothing is deployed");
  return outputs;
}

/** Opens the site under its EC2 name in a new browser. */
async function visit(work: (page: Page, browser: Browser) => Promise<void>): Promise<void> {
  const { publicDns } = deployed().frontend;
  const browser = await openBrowser({ resolverRules: `MAP ${publicDns} 127.0.0.1:${localPort}` });
  try {
    await work(await browser.newPage({ baseURL: `http://${publicDns}` }), browser);
  } finally {
    await browser.close();
  }
}

async function shownAfterSignIn(): Promise<unknown> {
  let shown: unknown;
  await visit(async (page) => {
    await pages.signIn(page, knownPerson());
    shown = await pages.shownAccount(page);
  });
  return shown;
}

function knownPerson(): pages.Person {
  if (person === undefined) throw new Error("no account could be created");
  return person;
}

/** From the message that the backend wrote to its journal, for want of a mail service. */
function codeIn(log: string, email: string): string {
  const line = log
    .split("\n")
    .findLast((text) => text.includes(`"to":"${email}"`) && text.includes("Choose a new"));
  return /Your code for .+ is ([\d ]{14})/.exec(line ?? "")?.[1] ?? "";
}

/** Loop files of this deployment; there may be others on the machine. */
function newLoopFiles(): string[] {
  return loopFiles().filter((file) => file.includes(`/${name}/`) && !loopsBefore.includes(file));
}
