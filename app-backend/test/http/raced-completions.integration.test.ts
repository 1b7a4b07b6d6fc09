import { afterAll, beforeAll, expect, test } from "@jest/globals";
import sharp from "sharp";
import { startApp, type TestApp } from "../app.ts";
import { member } from "../client.ts";
import { startProcess } from "../process.ts";
import { announce, complete, put } from "../uploads.ts";

const rounds = 12;
let app: TestApp;
let other: Awaited<ReturnType<typeof startProcess>>;

beforeAll(async () => {
  app = await startApp();
  other = await startProcess(app);
});
afterAll(async () => {
  await other.close();
  await app.close();
});

test("UPL-15 two processes that complete one upload at once publish one image, whose objects are there", async () => {
  const { body } = await member(app);
  for (let round = 0; round < rounds; round += 1) {
    const image = await sharp({
      create: { width: 60 + round, height: 40, channels: 3, background: "#31506b" },
    })
      .png()
      .toBuffer();
    const announced = await announce(app, body.accessToken, image);
    expect(await put(announced, image)).toBe(200);
    const { id } = announced.body.image;
    const answers = await Promise.all([app, other].map((at) => complete(at, body.accessToken, id)));
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    for (const { imageUrl, thumbnailUrl } of answers.map((answer) => answer.body.image))
      for (const address of [imageUrl, thumbnailUrl]) expect((await fetch(address)).status).toBe(200);
  }
});
