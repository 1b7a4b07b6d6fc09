import { afterEach, expect, it } from "@jest/globals";
import { projectChannel } from "../../../src/pages/projects/project-channel.ts";

const place = { accountId: "ada", projectId: "p", tab: "t1" };
let tabs: { close(): void }[] = [];

/** By turns, so that a message is not late on a busy machine. */
async function arrival() {
  for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setTimeout(resolve, 2));
}

function tab(other: Partial<typeof place> = {}) {
  const seen = { saves: 0 };
  const broadcast = new BroadcastChannel("project-channel.test");
  const channel = projectChannel({ ...place, ...other }, broadcast, () => (seen.saves += 1));
  const opened = { ...channel, seen };
  tabs.push(opened);
  return opened;
}

afterEach(() => {
  for (const { close } of tabs) close();
  tabs = [];
});

it("PRJ-23 informs other tabs of a save, but not those of another account or project", async () => {
  const own = tab();
  const others = [{ tab: "t2" }, { tab: "t3", accountId: "bob" }, { tab: "t4", projectId: "q" }].map(tab);
  own.saved();
  await arrival();
  expect([own, ...others].map(({ seen }) => seen.saves)).toEqual([0, 1, 0, 0]);
});

it("PRJ-24 finds the tabs that have the project open, and none that was closed or is another's", async () => {
  const own = tab();
  const [, closed] = [{ tab: "t2" }, { tab: "t3" }, { tab: "t4", accountId: "bob" }].map(tab);
  closed!.close();
  expect([...(await own.openTabs())]).toEqual(["t2"]);
});

it("sends nothing after it was closed, and is alone without a channel", async () => {
  const [own, other] = [tab(), tab({ tab: "t2" })];
  own.close();
  own.saved();
  await arrival();
  expect(other.seen.saves).toBe(0);
  const alone = projectChannel(place, undefined, () => {});
  alone.saved();
  expect((await alone.openTabs()).size).toBe(0);
});
