import { ApiError, hasCode } from "../api/error.ts";
import type { ImageType } from "../api/images.ts";
import type { Transfer, UploadTarget } from "../api/request.ts";
import { examine } from "./image-file.ts";

type Announce<Announced> = (file: { contentType: ImageType; bytes: number }) => Promise<Announced>;

/** Sends a file to S3 by the URL that the API presigned. */
export type Send = (upload: UploadTarget, file: File, transfer: Transfer) => Promise<void>;

/** A presigned URL expires after 15 minutes on the server; a minute is left for sending. */
const uploadLifeMs = 14 * 60_000;

/** A file on its way to S3: announced once, and sent once. After a failure it resumes where it can. */
export function fileSending<Announced extends { upload: UploadTarget }>(
  file: File,
  send: Send,
  now: () => number,
) {
  let announced: Announced | undefined;
  let announcedAtMs = 0;
  let sent = false;

  const isLate = () => now() - announcedAtMs > uploadLifeMs;

  function forget() {
    announced = undefined;
    sent = false;
  }

  return {
    /** What the API returned, if it still knows of the file. */
    announced: () => announced,
    forget,
    /** What was sent has not arrived. */
    resend: () => void (sent = false),

    async announce(announce: Announce<Announced>): Promise<Announced> {
      if (announced && !sent && isLate()) forget();
      if (announced) return announced;
      const found = await examine(file);
      if ("problem" in found) throw new ApiError(found.problem);
      const atMs = now();
      announced = await announce({ contentType: found.type, bytes: file.size });
      announcedAtMs = atMs;
      return announced;
    },

    /** Sends what was announced. A presigned URL that S3 refuses cannot be used again. */
    async send(transfer: Transfer): Promise<void> {
      heed(transfer.signal);
      try {
        if (!sent) await send(announced!.upload, file, transfer);
        sent = true;
        transfer.onProgress(1);
      } catch (error) {
        if (hasCode(error, "upload_refused") || isLate()) forget();
        throw error;
      }
    },
  };
}

export function heed(signal: AbortSignal) {
  if (signal.aborted) throw new ApiError("cancelled");
}
