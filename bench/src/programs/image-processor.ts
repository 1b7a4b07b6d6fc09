import { createReadStream } from "node:fs";
import { sharpImageProcessor } from "../../../app-backend/src/adapters/sharp/image-processor.ts";
import { lagMeter } from "./parts/lag.ts";
import { loop } from "./parts/loop.ts";

const { PHOTO } = process.env as Record<string, string>;
const imageProcessor = sharpImageProcessor();
const requester = { signal: new AbortController().signal, network: "127.0.0.1" };
const lag = lagMeter();

loop(
  async () => {
    const developed = await imageProcessor.process(async () => createReadStream(PHOTO!), requester);
    await developed?.discard();
    return 1;
  },
  1,
  () => ({ lagP99Ms: lag.p99Ms() }),
);
