import { ApiError, hasCode } from "../api/error.ts";
import type { AnnouncedMedia, Media, MediaAnnouncement } from "../api/media.ts";
import type { Transfer, UploadTarget } from "../api/request.ts";
import { heed } from "./file-sending.ts";
import { imageName } from "./image-name.ts";

export type MediaStore = {
  announce: (media: MediaAnnouncement, key: string) => Promise<AnnouncedMedia>;
  send: (upload: UploadTarget, file: File, transfer: Transfer) => Promise<void>;
  complete: (id: string) => Promise<Media>;
};

const maxMediaBytes = 200 * 1024 * 1024;
const sendingTimeoutMs = 55 * 60_000; // the URL lives an hour
const pauseMs = 2_000;
/** While the server is busy with other files. */
const maxBusyAnswers = 60;
/** The file is wrong, or the server has dropped what was sent: it has to be picked again. */
const finalCodes = ["empty_image", "media_too_large", "unsupported_media", "quota_exceeded", "not_found"];
const busyCodes = ["too_many_requests", "unavailable", "timeout"];

/** Uploads one file of sound, video or PDF. After a failure the next run resumes where it can. */
export function mediaUpload(file: File, store: MediaStore, key: string, wait: (ms: number) => Promise<void>) {
  let sentId: string | undefined;

  async function send(transfer: Transfer): Promise<string> {
    const facts = { name: imageName(file.name, "file"), bytes: file.size };
    const announcement = file.type ? { ...facts, contentType: file.type } : facts;
    // The same key: after a failure it is the same media, with a URL that works.
    const { media, upload } = await store.announce(announcement, key);
    heed(transfer.signal);
    await store.send(upload, file, { ...transfer, timeoutMs: sendingTimeoutMs });
    return media.id;
  }

  /** Asks until the server has looked through the whole file. */
  async function complete(id: string, { signal }: Transfer): Promise<Media> {
    for (let busy = 0; ;) {
      heed(signal);
      try {
        const media = await store.complete(id);
        if (media.state === "stored") return media;
        await wait(pauseMs);
      } catch (error) {
        if (hasCode(error, "not_uploaded")) sentId = undefined;
        if (!isBusy(error) || ++busy > maxBusyAnswers) throw error;
        await wait(Math.max((error.waitS ?? 0) * 1_000, pauseMs));
      }
    }
  }

  return {
    /** Returns the media, which may be an older one of the same bytes. */
    async run(transfer: Transfer): Promise<Media> {
      if (file.size === 0) throw new ApiError("empty_image");
      if (file.size > maxMediaBytes) throw new ApiError("media_too_large");
      sentId ??= await send(transfer);
      transfer.onProgress(1);
      const media = await complete(sentId, transfer);
      heed(transfer.signal);
      return media;
    },
  };
}

/** Whether another run of the same upload may help. */
export function canResume(error: ApiError): boolean {
  return !finalCodes.includes(error.code);
}

function isBusy(error: unknown): error is ApiError {
  return error instanceof ApiError && busyCodes.includes(error.code);
}
