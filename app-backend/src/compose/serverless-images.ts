import { mkdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { answerImageRequest } from "../adapters/lambda/image-protocol.ts";
import { openS3 } from "../adapters/s3/client.ts";
import { probeBucket } from "../adapters/s3/probe.ts";
import { s3ObjectStore } from "../adapters/s3/object-store.ts";
import { signedUrls } from "../adapters/s3/signed-urls.ts";
import { sharpImageProcessor } from "../adapters/sharp/image-processor.ts";
import type { ImagesConfig } from "../config/serverless.ts";
import { AppError } from "../domain/app-error.ts";
import { imageIntake } from "../usecases/image-intake.ts";

/** Less than the function's 25 seconds: a picture that takes longer is refused, and not repeated. */
const maxSeconds = 18;
const timeoutMs = 23_000;

/** The function that takes uploads in: one at a time, with nothing of the one before. `folder` is its own. */
export function openImages(
  { storage }: ImagesConfig,
  now = () => new Date(),
  folder = join(tmpdir(), "images"),
) {
  const client = openS3(storage);
  const { bucket } = storage;
  const objectStore = s3ObjectStore({ client, bucket, sign: signedUrls({ client, bucket, now }) });
  const intake = imageIntake({ imageProcessor: sharpImageProcessor({ folder, maxSeconds }), objectStore });

  return {
    /** Resolves if the bucket exists and may be listed. */
    probe: () => probeBucket(client, bucket),
    /** Answers one request of the API. */
    async answer(event: unknown) {
      // An environment that was stopped halfway has left its files.
      await rm(folder, { recursive: true, force: true });
      await mkdir(folder, { recursive: true });
      const controller = new AbortController();
      const expire = () => controller.abort(new AppError("unavailable", "deadline of the image has passed"));
      const timer = setTimeout(expire, timeoutMs);
      try {
        return await answerImageRequest(intake, event, controller.signal);
      } finally {
        clearTimeout(timer);
      }
    },
  };
}
