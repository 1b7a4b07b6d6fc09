import { readFileSync } from "node:fs";
import sharp from "sharp";
import { lagMeter } from "./parts/lag.ts";
import { loop } from "./parts/loop.ts";

const { PHOTO } = process.env as Record<string, string>;
const photo = readFileSync(PHOTO!);
const lag = lagMeter();

// As the application's image processor sets it.
sharp.cache(false);
sharp.concurrency(1);

loop(
  async () => {
    await sharp(photo).autoOrient().jpeg({ quality: 90 }).toBuffer();
    const side = { width: 480, height: 480, fit: "inside", withoutEnlargement: true } as const;
    await sharp(photo).autoOrient().resize(side).webp({ quality: 80, effort: 2 }).toBuffer();
    return 1;
  },
  1,
  () => ({ lagP99Ms: lag.p99Ms() }),
);
