import { beforeEach, describe, expect, it } from "@jest/globals";
import { ApiError } from "../../../src/api/error.ts";
import type { GalleryImage } from "../../../src/api/images.ts";
import { type ImageList, imageList } from "../../../src/pages/gallery/image-list.ts";

const image = (id: string, thumbnailUrl = "old") => ({ id, thumbnailUrl }) as GalleryImage;

/** Pages of two images, and how often each was requested. */
function source(...ids: string[]) {
  const asked: string[] = [];
  const broken = new Set<string>();
  function answer(what: string) {
    asked.push(what);
    if (broken.delete(what)) throw new ApiError("unavailable", { status: 503 });
  }
  return {
    asked,
    breakOnce: (what: string) => void broken.add(what),
    lose: (id: string) => void ids.splice(ids.indexOf(id), 1),
    async page(cursor = "0") {
      answer(`page ${cursor}`);
      const end = Number(cursor) + 2;
      const items = ids.slice(Number(cursor), end).map((id) => image(id));
      return end < ids.length ? { items, cursor: String(end) } : { items };
    },
    async image(id: string) {
      answer(`image ${id}`);
      if (!ids.includes(id)) throw new ApiError("not_found", { status: 404 });
      return image(id, "fresh");
    },
  };
}

let server: ReturnType<typeof source>;
let list: ImageList;
const ids = () => list.getState().items.map(({ id }) => id);

beforeEach(() => {
  server = source("a", "b", "c");
  list = imageList(server);
});

describe("more", () => {
  it("loads page after page and knows the last one", async () => {
    await list.more();
    expect(list.getState()).toMatchObject({ status: "idle", complete: false });
    await list.more();
    expect(list.getState()).toMatchObject({ status: "idle", complete: true });
    await list.more();
    expect(ids()).toEqual(["a", "b", "c"]);
    expect(server.asked).toEqual(["page 0", "page 2"]);
  });

  it("shares one request between calls at the same time", async () => {
    await Promise.all([list.more(), list.more()]);
    expect(server.asked).toEqual(["page 0"]);
  });

  it("keeps what it has when a page fails, and asks for that page again", async () => {
    server.breakOnce("page 2");
    await list.more();
    await list.more();
    expect(list.getState()).toMatchObject({ status: "failed", error: { code: "unavailable" } });
    expect(ids()).toEqual(["a", "b"]);
    const loading = list.more();
    expect(list.getState()).toMatchObject({ status: "loading", error: { code: "unavailable" } });
    await loading;
    expect(list.getState()).toMatchObject({ status: "idle", complete: true, error: undefined });
    expect(ids()).toEqual(["a", "b", "c"]);
  });

  it("shows an image once if it arrived while the page was loading", async () => {
    const loading = list.more();
    list.add(image("a"));
    await loading;
    expect(ids()).toEqual(["a", "b"]);
  });
});

it("adds what arrives at the front", async () => {
  await list.more();
  list.add(image("new"));
  expect(ids()).toEqual(["new", "a", "b"]);
});

it("notifies subscribers until they unsubscribe", async () => {
  let count = 0;
  const end = list.subscribe(() => void count++);
  list.add(image("new"));
  end();
  list.remove("new");
  expect(count).toBe(1);
});

describe("renew", () => {
  it("replaces one image, by one request for any number of calls", async () => {
    await list.more();
    await Promise.all([list.renew("b"), list.renew("b")]);
    expect(list.getState().items.map(({ thumbnailUrl }) => thumbnailUrl)).toEqual(["old", "fresh"]);
    expect(server.asked).toEqual(["page 0", "image b"]);
  });

  it("can be done again later", async () => {
    await list.more();
    await list.renew("b");
    await list.renew("b");
    expect(server.asked).toEqual(["page 0", "image b", "image b"]);
  });

  it("removes an image that was deleted", async () => {
    await list.more();
    server.lose("a");
    await list.renew("a");
    expect(ids()).toEqual(["b"]);
  });

  it("rejects when nothing is known", async () => {
    await list.more();
    server.breakOnce("image a");
    await expect(list.renew("a")).rejects.toMatchObject({ code: "unavailable" });
    expect(ids()).toEqual(["a", "b"]);
  });
});
