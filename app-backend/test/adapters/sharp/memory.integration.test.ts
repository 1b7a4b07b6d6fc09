import { afterAll, afterEach, expect, test } from "@jest/globals";
import sharp from "sharp";
import { sharpImageProcessor } from "../../../src/adapters/sharp/image-processor.ts";
import { bytesOfPixelIn } from "../../../src/adapters/sharp/inspect.ts";
import { decodersOf, peakOf } from "../../decoders.ts";
import { accepted } from "../../images.ts";
import { patient } from "../../requester.ts";
import { shapes } from "./shapes.ts";

/** Variation between runs, and the fixed cost of a codec. */
const allowanceBytes = 96e6;
const peaks: string[] = [];

/** Peak memory of a new decoder for `image`. */
async function peakFor(image: Uint8Array): Promise<number> {
  async function* chunk() {
    yield image;
  }
  const developed = await sharpImageProcessor({ maxSeconds: 300 }).process(async () => chunk(), patient);
  await developed!.discard();
  const [decoder] = decodersOf(process.pid);
  return peakOf(decoder!);
}

afterEach(() => {
  for (const pid of decodersOf(process.pid)) process.kill(pid, "SIGKILL");
});
afterAll(() => console.log(peaks.join("\n")));

test("USE-02 there are at least 40 shapes and formats", () => {
  expect(shapes.length).toBeGreaterThanOrEqual(40);
});

let idle: number | undefined;
/** One of each format and encoding; `make test-all` tries all. */
const tried = shapes.filter(
  ({ name }) => process.env["REHEARSE"] === "all" || /of (?:2500 x 2500|176 x 176)$/.test(name),
);

test.each(tried)(
  "USE-02 no more memory than estimated: $name",
  async ({ name, make }) => {
    idle ??= await peakFor(accepted["image/png"]!);
    for (const pid of decodersOf(process.pid)) process.kill(pid, "SIGKILL");
    const image = await make();
    const header = await sharp(image, { animated: true }).metadata();
    const needed = header.width * header.height * bytesOfPixelIn(header);
    const peak = await peakFor(image);
    peaks.push(`${name}: ${Math.round(peak / 1e6)} MB, judged ${Math.round((idle + needed) / 1e6)} MB`);
    expect(peak).toBeLessThan(idle + needed + allowanceBytes);
  },
  300_000,
);
