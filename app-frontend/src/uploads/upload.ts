import { ApiError, hasCode } from "../api/error.ts";
import type { UploadRequest, GalleryImage, PresignedUpload } from "../api/images.ts";
import { pictureName } from "./image-name.ts";
import { examine } from "./image-file.ts";
import type { Transfer } from "../api/request.ts";

/** Where pictures go: the API, which gives tickets, and S3, which takes files by them. */
export type PictureStore = {
  announce: (announcement: UploadRequest) => Promise<PresignedUpload>;
  send: (upload: PresignedUpload["upload"], file: File, transfer: Transfer) => Promise<void>;
  complete: (id: string) => Promise<GalleryImage>;
  remove: (id: string) => Promise<void>;
};

export type PictureTransfer = ReturnType<typeof pictureTransfer>;

/** A ticket is good for 15 minutes from when the server made it. */
const ticketLifeMs = 14 * 60_000;
/** After these answers the server has nothing left of what was announced. */
const refusals = [
  "not_found",
  "quota_exceeded",
  "unsupported_image",
  "damaged_image",
  "image_too_large",
  "image_dimensions",
  "unprocessable_image",
];

/** Brings one file into the gallery. When it broke off, the next run goes on where it can. */
export function pictureTransfer(file: File, store: PictureStore, now: () => number) {
  let ticket: (PresignedUpload & { madeAtMs: number }) | undefined;
  let sent = false;
  let discarded = false;

  function forget() {
    ticket = undefined;
    sent = false;
  }

  async function announce() {
    const found = await examine(file);
    if ("problem" in found) throw new ApiError(found.problem);
    const madeAtMs = now();
    const announcement = { name: pictureName(file.name), contentType: found.type, bytes: file.size };
    return { ...(await store.announce(announcement)), madeAtMs };
  }

  /** Sends the file once. A ticket that S3 refuses is of no further use. */
  async function send({ upload, madeAtMs }: NonNullable<typeof ticket>, transfer: Transfer) {
    try {
      await store.send(upload, file, transfer);
      sent = true;
    } catch (error) {
      if (hasCode(error, "upload_refused") || now() - madeAtMs > ticketLifeMs) forget();
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
    /** Gives the image as the gallery has it. */
    async run(transfer: Transfer): Promise<GalleryImage> {
      if (ticket && !sent && now() - ticket.madeAtMs > ticketLifeMs) forget();
      ticket ??= await announce();
      if (discarded) await store.remove(ticket.image.id);
      heed(transfer.signal);
      if (!sent) await send(ticket, transfer);
      transfer.onProgress(1);
      const image = await complete(ticket.image.id);
      heed(transfer.signal);
      return image;
    },

    /** Takes back what has been announced, also when it has become an image meanwhile. */
    async discard() {
      discarded = true;
      if (ticket) await store.remove(ticket.image.id);
    },
  };
}

function heed(signal: AbortSignal) {
  if (signal.aborted) throw new ApiError("cancelled");
}
