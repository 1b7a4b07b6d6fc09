import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { ask } from "../src/api-user.ts";
import { checkout } from "../src/checkout.ts";
import { siteLoad } from "../src/load.ts";
import { localMake } from "../src/make.ts";

interface Deployed {
  readonly name: string;
  readonly localPort: number;
  readonly localUrl: () => string;
}

const minuteMs = 60_000;
/** As many as the emulators answer in time beside a deploy, on two cores. */
const perSecond = 20;

/** A release and a rollback under load, without a failed request. Ends with this repository's release. */
export function releaseTests({ name, localPort, localUrl }: Deployed): void {
  describe("under traffic", () => {
    let people: Awaited<ReturnType<typeof siteLoad>>;
    const makeFrom = (folder?: string) => {
      const env = { ...(folder !== undefined && { TINTYPE_SOURCE: folder }) };
      const make = localMake({ name, localPort, timeoutMs: 8 * minuteMs, env });
      return (target: string) => make(target, "STACK=serverless");
    };

    let source: ReturnType<typeof checkout>;

    beforeAll(async () => {
      source = checkout();
      people = await siteLoad(localUrl(), { sends: "upload" });
    });
    afterAll(() => source?.remove());

    const releaseNow = async () =>
      (JSON.parse((await ask("GET", `${localUrl()}/api/health`)).text) as { release: string }).release;
    const pageNow = async () => (await ask("GET", `${localUrl()}/`)).text;
    const now = async () => [await releaseNow(), await pageNow()] as const;

    test(`DEP-05, REL-11 of a release and a rollback at ${perSecond} requests a second no request notices any`, async () => {
      source.change(
        "app-backend/src/entrypoints/serverless/api.ts",
        "const {",
        'console.info("another release");\nconst {',
      );
      source.change("app-frontend/src/main.tsx", "createRoot(", 'console.info("another page");\ncreateRoot(');
      const [release, page] = await now();
      const files = [...page.matchAll(/\/assets\/[^"]+/g)].map(([path]) => path);
      const traffic = people.start(perSecond);
      expect(await makeFrom(source.folder)("deploy")).toMatchObject({ code: 0 });
      const [next, nextPage] = await now();
      for (const file of files) {
        expect(await ask("GET", `${localUrl()}${file}`)).toMatchObject({ status: 200 });
      }
      expect(await makeFrom()("rollback")).toMatchObject({ code: 0 });
      const after = await now();
      const { failures, ...rest } = await traffic.stop();
      console.log("release and rollback", JSON.stringify({ ...rest, failed: failures.length }));
      expect(failures.slice(0, 5)).toEqual([]);
      expect(next).not.toBe(release);
      expect(nextPage).not.toBe(page);
      expect(after).toEqual([release, page]);
    });
  });
}
