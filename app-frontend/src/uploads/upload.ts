import { ApiError, hasCode } from "../api/error.ts";
import type { UploadRequest, GalleryImage, PresignedUpload } from "../api/images.ts";
import { imageName } from "./image-name.ts";
import { fileSending, heed } from "./file-sending.ts";
import type { Transfer } from "../api/request.ts";

/** Where pictures go: the API, which reserves an image and presigns a URL, and S3, which takes the file. */
export type UploadStore = {
  announce: (request: UploadRequest) => Promise<PresignedUpload>;
  send: (upload: PresignedUpload["upload"], file: File, transfer: Transfer) => Promise<void>;
  complete: (id: string) => Promise<GalleryImage>;
  remove: (id: string) => Promise<void>;
};

export type ImageUpload = ReturnType<typeof imageUpload>;

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
  const name = imageName(file.name);
  const announce = (facts: Omit<UploadRequest, "name">) => store.announce({ name, ...facts });
  const sending = fileSending<PresignedUpload>(file, store.send, now);
  let discarded = false;

  async function complete(id: string): Promise<GalleryImage> {
    try {
      return await store.complete(id);
    } catch (error) {
      if (hasCode(error, "not_uploaded")) sending.resend();
      else if (error instanceof ApiError && refusals.includes(error.code)) sending.forget();
      throw error;
    }
  }

  return {
    /** Returns the published image. */
    async run(transfer: Transfer): Promise<GalleryImage> {
      const { id } = (await sending.announce(announce)).image;
      if (discarded) await store.remove(id);
      await sending.send(transfer);
      const image = await complete(id);
      heed(transfer.signal);
      return image;
    },

    /** Removes the reserved image, also if it has been published since. */
    async discard() {
      discarded = true;
      const reserved = sending.announced();
      if (reserved) await store.remove(reserved.image.id);
    },
  };
}
