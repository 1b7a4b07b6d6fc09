import sharp, { type Sharp } from "sharp";

// Files are read once: a cache would only take memory. One thread leaves the other cores to requests.
sharp.cache(false);
sharp.concurrency(1);

// libvips detects types itself and reads far more than we accept, SVG and PDF among them.
sharp.block({ operation: ["VipsForeignLoad"] });
sharp.unblock({
  operation: ["Jpeg", "Png", "Webp", "Nsgif", "Heif"].map((loader) => `VipsForeignLoad${loader}`),
});

interface Reading {
  /** All frames, one below the other; otherwise only the first. @default true */
  readonly animated?: boolean;
  /** From which severity of the decoder's messages a file is refused. @default "error" */
  readonly failOn?: "error" | "warning";
}

/** Opens a file whose number of pixels was checked before. */
export function readable(path: string, { animated = true, failOn = "error" }: Reading = {}): Sharp {
  return sharp(path, { animated, failOn, limitInputPixels: false });
}
