import { createReadStream } from "node:fs";
import { sharpDarkroom } from "../../../app-backend/src/adapters/sharp/darkroom.ts";
import { lagMeter } from "./parts/lag.ts";
import { loop } from "./parts/loop.ts";

const { PHOTO } = process.env as Record<string, string>;
const darkroom = sharpDarkroom();
const lag = lagMeter();

loop(
  async () => {
    const developed = await darkroom.develop(async () => createReadStream(PHOTO!));
    await developed?.discard();
    return 1;
  },
  1,
  () => ({ lagP99Ms: lag.p99Ms() }),
);
