import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { Browser } from "playwright-core";
import { ask } from "../src/api-user.ts";
import { checkout } from "../src/checkout.ts";
import { siteLoad } from "../src/load.ts";
import { openBrowser } from "../src/browser.ts";
import { localMake } from "../src/make.ts";
import type { Person } from "../src/pages.ts";
import { makeLater, openTab } from "./neighbouring-releases.ts";

interface Deployed {
  readonly name: string;
  readonly localPort: number;
  readonly localUrl: () => string;
  readonly person: () => Person;
}

const minuteMs = 60_000;
/** As many as the emulators answer in time beside a deploy on two cores that others use too; `RATE=50` on a calm machine. */
const perSecond = Number(process.env["RATE"] ?? 20);

/** A release and a rollback under load, without a failed request. Ends with this repository's release. */
export function releaseTests({ name, localPort, localUrl, person }: Deployed): void {
  describe("under traffic", () => {
    let people: Awaited<ReturnType<typeof siteLoad>>;
    const makeFrom = (folder?: string) => {
      const env = { ...(folder !== undefined && { TINTYPE_SOURCE: folder }) };
      const make = localMake({ name, localPort, timeoutMs: 8 * minuteMs, env, givesWay: true });
      return (target: string) => make(target, "STACK=serverless");
    };

    let source: ReturnType<typeof checkout>;
    let browser: Browser;

    beforeAll(async () => {
      source = checkout();
      browser = await openBrowser();
      people = await siteLoad(localUrl(), { sends: "upload" });
    });
    afterAll(async () => {
      source?.remove();
      await browser?.close();
    });

    const releaseNow = async () =>
      (JSON.parse((await ask("GET", `${localUrl()}/api/health`)).text) as { release: string }).release;
    const pageNow = async () => (await ask("GET", `${localUrl()}/`)).text;
    const now = async () => [await releaseNow(), await pageNow()] as const;

    test(`DEP-05, REL-11, SLS-66 of a release and a rollback at ${perSecond} requests a second no request notices any, and no open page`, async () => {
      source.change(
        "app-backend/src/entrypoints/serverless/api.ts",
        "const {",
        'console.info("another release");\nconst {',
      );
      source.change("app-frontend/src/main.tsx", "createRoot(", 'console.info("another page");\ncreateRoot(');
      makeLater(source);
      const [release, page] = await now();
      const files = [...page.matchAll(/\/assets\/[^"]+/g)].map(([path]) => path);
      const open = () => openTab({ browser, origin: localUrl(), person: person() });
      const tab = await open();
      const traffic = people.start(perSecond);
      expect(await makeFrom(source.folder)("deploy")).toMatchObject({ code: 0 });
      const [next, nextPage] = await now();
      for (const file of files) {
        expect(await ask("GET", `${localUrl()}${file}`)).toMatchObject({ status: 200 });
      }
      await tab.write("the page before");
      const nextTab = await open();
      await nextTab.goOn("the page before");
      await nextTab.write("the page after");
      expect(await makeFrom()("rollback")).toMatchObject({ code: 0 });
      const after = await now();
      const { failures, ...rest } = await traffic.stop();
      console.log("release and rollback", JSON.stringify({ ...rest, failed: failures.length }));
      expect(failures.slice(0, 5)).toEqual([]);
      expect(next).not.toBe(release);
      expect(nextPage).not.toBe(page);
      expect(after).toEqual([release, page]);
      await nextTab.openGallery(); // a part of the release that was rolled back
      await nextTab.write("the page after, again");
      await tab.goOn("the page after");
      await (await open()).goOn("the page after, again");
      expect([...tab.faults, ...nextTab.faults]).toEqual([]);
      await tab.outlive("the page after");
    });
  });
}
