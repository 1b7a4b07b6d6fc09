import sharp, { type Sharp } from "sharp";

// Files are read once: keeping them would only take memory. One thread leaves the other cores to the requests.
sharp.cache(false);
sharp.concurrency(1);

// libvips looks at the bytes itself and reads far more than what is accepted, SVG and PDF among it.
sharp.block({ operation: ["VipsForeignLoad"] });
sharp.unblock({
  operation: ["Jpeg", "Png", "Webp", "Nsgif", "Heif"].map((loader) => `VipsForeignLoad${loader}`),
});

interface Reading {
  /** All frames, one below the other; else the first alone. @default true */
  readonly animated?: boolean;
  /** Which complaints of the decoder refuse the file. @default "error" */
  readonly failOn?: "error" | "warning";
}

/** A file whose pixels were counted before. */
export function readable(path: string, { animated = true, failOn = "error" }: Reading = {}): Sharp {
  return sharp(path, { animated, failOn, limitInputPixels: false });
}
