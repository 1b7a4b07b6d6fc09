import { afterAll, expect, jest, test } from "@jest/globals";
import type { Browser, Page } from "playwright-core";
import { freePort } from "../../infra/cli/free-port.ts";
import { accessibilityTests, galleryTests } from "../journeys/gallery.ts";
import { headerTests } from "../journeys/headers.ts";
import { firstPersonTest, pageTests, peopleTests } from "../journeys/people.ts";
import { projectTests } from "../journeys/projects.ts";
import { resetFactorTest } from "../journeys/second-factor.ts";
import { openBrowser } from "../src/browser.ts";
import { cloud } from "../src/cloud.ts";
import { functionContainers } from "../src/hosts.ts";
import { triesAll } from "../src/lengthy.ts";
import { localMake, succeeding } from "../src/make.ts";
import * as pages from "../src/pages.ts";
import { askSite } from "../src/site.ts";
import { inTurn } from "../src/turn.ts";
import { releaseTests } from "./releases.ts";

interface Outputs {
  readonly stack: string;
  readonly localUrl: string;
  readonly localApiUrl: string;
  readonly bucket: string;
  readonly siteBucket: string;
  readonly functions: Readonly<Record<"api" | "images" | "jobs", string>>;
}

const minuteMs = 60_000;
const name = "e2e-serverless";
const localPort = await freePort();
const inLocalCloud = localMake({ name, localPort, timeoutMs: 8 * minuteMs });
const make = (target: string, ...settings: string[]) => inLocalCloud(target, "STACK=serverless", ...settings);
const succeed = succeeding(make);

jest.setTimeout(9 * minuteMs);

let outputs: Outputs | undefined;
let person: pages.Person | undefined;

afterAll(async () => {
  await make("destroy", "YES=1");
});

/** The life of one deployment: each test continues where the one before ended. */
inTurn(() => {
  test("comes up by one command, which prints its address", async () => {
    const { stderr } = await succeed("deploy");
    outputs = JSON.parse((await succeed("output")).stdout) as Outputs;
    expect(outputs).toMatchObject({
      stack: "serverless",
      url: expect.stringMatching(/^https:\/\/\w+\.cloudfront\.net$/),
      localUrl: `http://localhost:${localPort}`,
      apiUrl: expect.stringMatching(/^https:\/\/\w+\.execute-api\.[\w-]+\.amazonaws\.com$/),
      userPoolId: expect.stringMatching(/^[\w-]+_\w+$/),
      bucket: expect.stringMatching(/^[a-z0-9.-]{3,63}$/),
    });
    expect(stderr).toContain(outputs.localUrl);
  });

  firstPersonTest(visit, (newcomer) => (person = newcomer));

  // The page is the one that the other stack's rehearsal has tried, and the tests of a release try its steps:
  // `make test-all` tries both here too.
  if (triesAll) pageTests({ origin: () => deployed().localUrl, visit, person: knownPerson });

  peopleTests({
    visit,
    person: knownPerson,
    refreshCookie: /^__Host-refresh-\d+$/,
    async resetCode(email) {
      const { stdout } = await make("codes", `FOR=${email}`);
      return [...stdout.matchAll(/(\d{6})  valid for/g)].at(-1)?.[1] ?? "";
    },
    register: pages.registerByUpload,
  });

  galleryTests({ visit });

  projectTests({
    origin: () => deployed().localUrl,
    triesPage: triesAll,
    visit,
    keys: (prefix) => cloud().keys(deployed().bucket, prefix),
  });

  if (triesAll) accessibilityTests(visit);

  headerTests({
    by: "the edge",
    tls: true,
    ask: (path, asked) => askSite(`${deployed().localUrl}${path}`, asked),
    person: () => ({ email: knownPerson().email, password: knownPerson().password }),
  });

  test("SLS-49 answers at the API's own address only to the edge", async () => {
    const { localApiUrl } = deployed();
    for (const path of ["/api/health", "/api/settings", "/api/account"]) {
      expect(await askSite(`${localApiUrl}${path}`)).toMatchObject({ status: 403 });
    }
  });

  test("DEP-16 a second plan is empty, and a status shows no fault", async () => {
    const { stdout, stderr } = await succeed("plan");
    expect(stdout + stderr).toContain("No changes");
    expect((await succeed("status")).stdout).toMatch(/as deployed +yes/);
  });

  if (triesAll) releaseTests({ name, localPort, localUrl: () => deployed().localUrl, person: knownPerson });

  test("finds every record's object in the bucket, and every account's identity in the pool", async () => {
    const { stdout } = await succeed("integrity");
    expect(JSON.parse(stdout)).toMatchObject({ faults: 0, objects: { left: [] }, users: { left: [] } });
  });

  resetFactorTest({ make, person: knownPerson });

  test("DEP-11 goes away with full buckets, and leaves nothing", async () => {
    const { bucket, siteBucket } = deployed();
    await cloud().fill(bucket, { objects: 1000, versions: 300, markers: 200, uploads: 3 });
    await cloud().fill(siteBucket, { objects: 20, versions: 20, markers: 5, uploads: 1 });
    const { stderr } = await succeed("destroy", "YES=1");
    expect(stderr).toContain("0 resources left.");
    expect(await functionContainers()).toEqual([]);
    const again = await succeed("destroy", "YES=1");
    expect(again.stdout + again.stderr).toContain("Nothing is deployed");
  });
});

/** Throws if nothing could be deployed, so that a test ends at once. */
function deployed(): Outputs {
  if (outputs === undefined) throw new Error("nothing is deployed");
  return outputs;
}

function knownPerson(): pages.Person {
  if (person === undefined) throw new Error("no account could be created");
  return person;
}

/** Opens the site in a new browser. */
async function visit(work: (page: Page, browser: Browser) => Promise<void>): Promise<void> {
  const browser = await openBrowser();
  try {
    await work(await browser.newPage({ baseURL: deployed().localUrl }), browser);
  } finally {
    await browser.close();
  }
}
