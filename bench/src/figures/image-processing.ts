import { join } from "node:path";
import sharp from "sharp";
import type { Entry } from "../measure/figure.ts";
import { cpuPerOperation, msPerOperation, type Slice } from "../measure/slice.ts";
import { compare } from "./compare.ts";
import { type Contender, looping } from "./contenders.ts";
import { interleave } from "./interleave.ts";
import type { Surroundings } from "./surroundings.ts";

/** Time to process a photograph compared with its two encodings alone, and the delay of the event loop. */
export async function imageProcessingFigures({ effort, logs }: Surroundings): Promise<Entry[]> {
  const PHOTO = join(logs, "photo.jpg");
  await takePhoto(PHOTO);
  type Lagging = Contender<Slice & { readonly lagP99Ms: number }>;
  const alone = () => looping("sharp-alone", { PHOTO }) as Lagging;
  const contenders = {
    subject: looping("image-processor", { PHOTO }) as Lagging,
    floor: alone(),
    control: alone(),
  };
  const slices = await interleave(contenders, effort.long);
  const develop = { title: "developing 12 megapixels", yardstick: "sharp alone, both encodings" };
  const time = compare(
    { id: "develop-time", ...develop, unit: "ms", aim: { of: "ratio", atMost: 1.15 } },
    slices,
    msPerOperation,
  );
  const lag = compare(
    {
      id: "develop-lag",
      title: "event loop late meanwhile, p99",
      yardstick: "sharp alone",
      unit: "ms",
      aim: { of: "value", atMost: 20 },
    },
    slices,
    (slice) => slice.lagP99Ms,
  );
  return [
    time,
    compare({ id: "develop-cpu", ...develop, unit: "µs CPU" }, slices, cpuPerOperation),
    // As with other slowest hundredths, their times show whether the slices were fair.
    { ...lag, control: time.control },
  ];
}

/** 12 megapixels with light, shapes and grain, as a camera writes them. */
async function takePhoto(path: string): Promise<void> {
  const [width, height] = [4000, 3000];
  const noise = { type: "gaussian", mean: 128, sigma: 40 } as const;
  const shapes = await sharp({ create: { width: 400, height: 300, channels: 3, background: "#888", noise } })
    .blur(3)
    .resize(width, height)
    .png({ compressionLevel: 0 })
    .toBuffer();
  const grain = {
    create: { width, height, channels: 3, background: "#888", noise: { ...noise, sigma: 8 } },
  } as const;
  const layer = {
    input: await sharp(grain).png({ compressionLevel: 0 }).toBuffer(),
    blend: "soft-light",
  } as const;
  await sharp(shapes).composite([layer]).withMetadata({ orientation: 6 }).jpeg({ quality: 90 }).toFile(path);
}
