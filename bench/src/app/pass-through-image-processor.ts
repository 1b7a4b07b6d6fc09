import { createHash, randomUUID } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import type { ImageProcessor } from "../../../app-backend/src/ports/image-processor.ts";

/** An image processor that looks at nothing: what it is given is what it gives, so that the way there and back is what is left. */
export function sharpImageProcessor(): ImageProcessor {
  return {
    async process(read) {
      const upload = await read();
      if (!upload) return undefined;
      const path = join(tmpdir(), `tintype-passed-${randomUUID()}`);
      await pipeline(upload, createWriteStream(path));
      const hash = createHash("sha256");
      await pipeline(createReadStream(path), hash);
      const { size: bytes } = await stat(path);
      const facts = { contentType: "image/gif", extension: "gif", bytes, width: 1, height: 1 };
      const original = { path, sha256: hash.digest("hex"), ...facts };
      return { original, thumbnail: original, discard: () => rm(path, { force: true }) };
    },
  };
}
