import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { at } from "../contract/fixtures.ts";
import { openMysqlStores } from "../adapters/mysql/stores.ts";

let stores: Awaited<ReturnType<typeof openMysqlStores>>;

beforeAll(async () => {
  stores = await openMysqlStores();
});
afterAll(() => stores.close());

test("an account that is removed during a publication returns its objects, or they are not published", async () => {
  const { accounts, images, raw } = stores;
  for (let round = 0; round < 50; round += 1) {
    const [accountId, id] = [await raw.addAccount(), randomUUID()];
    await images.add({ id, accountId, name: "Silver", contentType: "image/png", bytes: 100, createdAt: at });
    const rendition = {
      contentType: "image/jpeg" as const,
      bytes: 90,
      width: 40,
      height: 30,
      objectKey: `images/${id}/a.jpg`,
      thumbnailKey: `images/${id}/b.webp`,
      thumbnailWidth: 20,
      thumbnailHeight: 15,
    };
    const [keys, isPublished] = await Promise.all([
      accounts.remove(accountId),
      images.publish(id, rendition, at),
    ]);
    if (isPublished) expect(keys).toContain(rendition.objectKey);
    else expect(keys).toContain(`incoming/${id}`);
  }
});
