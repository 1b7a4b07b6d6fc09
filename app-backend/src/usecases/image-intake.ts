import type { Destination, ImageIntake, StoredImage } from "../ports/image-intake.ts";
import type { ImageFile, ImageProcessor } from "../ports/image-processor.ts";
import type { ObjectStore } from "../ports/object-store.ts";

interface Dependencies {
  readonly imageProcessor: ImageProcessor;
  readonly objectStore: Pick<ObjectStore, "read" | "write" | "remove">;
}

/** Takes uploads in where it runs: an image processor, and the bucket for what it makes. */
export function imageIntake({ imageProcessor, objectStore }: Dependencies): ImageIntake {
  async function store(
    file: ImageFile,
    { prefix, shared }: Destination,
    signal: AbortSignal,
  ): Promise<StoredImage> {
    const { sha256, extension, contentType, bytes, width, height } = file;
    const key = `${prefix}${sha256}.${extension}`;
    signal.throwIfAborted();
    await objectStore.write(key, file, signal).catch((error: unknown) => {
      // Not awaited: a bucket that does not answer takes longer than nginx waits.
      if (signal.aborted && !shared) void objectStore.remove(key).catch(() => undefined);
      throw error;
    });
    return { key, contentType, bytes, width, height };
  }

  return {
    async take({ key, announced }, destination, requester) {
      const { signal } = requester;
      const read = () => objectStore.read(key, signal, announced);
      const processed = await imageProcessor.process(read, requester);
      if (!processed) return undefined;
      try {
        const [original, thumbnail] = await Promise.all([
          store(processed.original, destination, signal),
          destination.thumbnail ? store(processed.thumbnail, destination, signal) : undefined,
        ]);
        return { original, thumbnail };
      } finally {
        await processed.discard();
      }
    },
  };
}
