import { expect, test } from "@jest/globals";
import {
  type History,
  maxReleases,
  releaseBefore,
  type ReleaseRecord,
  withRelease,
} from "../../../../deploy/serverless/release/history.ts";

const release = (number: number, site = `page${number}`): ReleaseRecord => ({
  at: `2026-11-26T00:00:${String(number).padStart(2, "0")}.000Z`,
  versions: { api: String(number), images: "1", jobs: String(number) },
  site: { id: site, files: ["index.html", `assets/${site}.js`] },
});

const empty: History = { live: undefined, releases: [] };

/** Deploys one release after the other. */
const deployed = (...numbers: number[]) =>
  numbers.reduce<History>((history, number) => {
    const next = withRelease(history, release(number));
    return { ...next.history, live: next.release.at };
  }, empty);

test("SLS-69 of 30 releases ten are kept, the one that serves and the one before it among them", () => {
  const history = deployed(...Array.from({ length: 30 }, (_, index) => index + 1));
  expect(history.releases).toHaveLength(maxReleases);
  expect(history.releases[0]).toEqual(release(30));
  expect(releaseBefore(history)).toEqual(release(29));
});

test("SLS-69 each release that is kept can be gone back to, step by step", () => {
  let history = deployed(1, 2, 3);
  const seen: string[] = [];
  for (let before = releaseBefore(history); before !== undefined; before = releaseBefore(history)) {
    seen.push(before.versions.api);
    history = { ...history, live: before.at };
  }
  expect(seen).toEqual(["2", "1"]);
});

test("SLS-69 the same release again is not another one", () => {
  const history = deployed(1, 2);
  const again = withRelease(history, { ...release(2), at: "later" });
  expect(again.history).toBe(history);
  expect(again.release).toBe(history.releases[0]);
});

test("a release that serves is kept, however old, for the next one to go back to", () => {
  const old = deployed(...Array.from({ length: maxReleases }, (_, index) => index + 1));
  const goneBack = { ...old, live: release(1).at };
  const { history } = withRelease(goneBack, release(11));
  expect(history.releases).toHaveLength(maxReleases);
  expect(history.releases).toContainEqual(release(1));
});

test("REL-11 after a rollback and another release, the one before is the one that served", () => {
  const goneBack = { ...deployed(1, 2), live: release(1).at };
  const { history, release: newest } = withRelease(goneBack, release(3));
  expect(releaseBefore({ ...history, live: newest.at })).toEqual(release(1));
});

test("SLS-63 a deploy that was stopped before its release served leaves it in the list, and the former one live", () => {
  const stopped = withRelease(deployed(1), release(2)).history;
  expect(stopped.live).toBe(release(1).at);
  const again = withRelease(stopped, { ...release(2), at: "later" });
  expect(again.release.at).toBe(release(2).at);
});

test("without a release that serves there is none before it", () => {
  expect(releaseBefore(empty)).toBeUndefined();
  expect(releaseBefore(deployed(1))).toBeUndefined();
});
