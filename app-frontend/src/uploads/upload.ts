import { ApiError, hasCode } from "../api/error.ts";
import type { UploadRequest, GalleryImage, PresignedUpload } from "../api/images.ts";
import { imageName } from "./image-name.ts";
import { examine } from "./image-file.ts";
import type { Transfer } from "../api/request.ts";

/** Where pictures go: the API, which reserves an image and presigns a URL, and S3, which takes the file. */
export type UploadStore = {
  announce: (request: UploadRequest) => Promise<PresignedUpload>;
  send: (upload: PresignedUpload["upload"], file: File, transfer: Transfer) => Promise<void>;
  complete: (id: string) => Promise<GalleryImage>;
  remove: (id: string) => Promise<void>;
};

export type ImageUpload = ReturnType<typeof imageUpload>;

/** A presigned URL expires after 15 minutes on the server; a minute is left for sending. */
const uploadLifeMs = 14 * 60_000;
/** After these errors the server has deleted the reserved image. */
const refusals = [
  "not_found",
  "quota_exceeded",
  "unsupported_image",
  "damaged_image",
  "image_too_large",
  "image_dimensions",
  "unprocessable_image",
];

/** Uploads one file to the gallery. After a failure the next run resumes where it can. */
export function imageUpload(file: File, store: UploadStore, now: () => number) {
  let reserved: (PresignedUpload & { madeAtMs: number }) | undefined;
  let sent = false;
  let discarded = false;

  function forget() {
    reserved = undefined;
    sent = false;
  }

  async function announce() {
    const found = await examine(file);
    if ("problem" in found) throw new ApiError(found.problem);
    const madeAtMs = now();
    const request = { name: imageName(file.name), contentType: found.type, bytes: file.size };
    return { ...(await store.announce(request)), madeAtMs };
  }

  /** Sends the file once. A presigned URL that S3 refuses cannot be used again. */
  async function send({ upload, madeAtMs }: NonNullable<typeof reserved>, transfer: Transfer) {
    try {
      await store.send(upload, file, transfer);
      sent = true;
    } catch (error) {
      if (hasCode(error, "upload_refused") || now() - madeAtMs > uploadLifeMs) forget();
      throw error;
    }
  }

  async function complete(id: string): Promise<GalleryImage> {
    try {
      return await store.complete(id);
    } catch (error) {
      if (hasCode(error, "not_uploaded")) sent = false;
      else if (error instanceof ApiError && refusals.includes(error.code)) forget();
      throw error;
    }
  }

  return {
    /** Returns the published image. */
    async run(transfer: Transfer): Promise<GalleryImage> {
      if (reserved && !sent && now() - reserved.madeAtMs > uploadLifeMs) forget();
      reserved ??= await announce();
      if (discarded) await store.remove(reserved.image.id);
      heed(transfer.signal);
      if (!sent) await send(reserved, transfer);
      transfer.onProgress(1);
      const image = await complete(reserved.image.id);
      heed(transfer.signal);
      return image;
    },

    /** Removes the reserved image, also if it has been published since. */
    async discard() {
      discarded = true;
      if (reserved) await store.remove(reserved.image.id);
    },
  };
}

function heed(signal: AbortSignal) {
  if (signal.aborted) throw new ApiError("cancelled");
}
