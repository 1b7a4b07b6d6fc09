import { hasCode } from "../api/error.ts";
import type { AnnouncedPicture, PictureAnnouncement } from "../api/account.ts";
import { sendImage } from "../api/images.ts";
import type { Transfer } from "../api/request.ts";
import { fileSending, heed, type Send } from "./file-sending.ts";

/** The calls of the API before and after a picture is sent, for a new account or for one's own. */
type Calls<Result> = {
  announce: (picture: PictureAnnouncement) => Promise<AnnouncedPicture>;
  /** Uses the picture that was sent, by its token. */
  use: (token: string) => Promise<Result>;
};

/** The upload of an account's picture. After a failure the next run resumes where it can. */
export function pictureUpload(file: File, send: Send = sendImage, now: () => number = () => Date.now()) {
  const sending = fileSending<AnnouncedPicture>(file, send, now);

  async function attempt<Result>({ announce, use }: Calls<Result>, transfer: Transfer): Promise<Result> {
    const { upload } = await sending.announce(announce);
    await sending.send(transfer);
    heed(transfer.signal);
    return use(upload.token);
  }

  return {
    /**
     * Sends the picture unless it was sent before, and returns the result of its use. If its token has expired or was
     * used, by a request that was refused or whose answer was lost, the picture is sent again, once.
     */
    async run<Result>(calls: Calls<Result>, transfer: Transfer): Promise<Result> {
      try {
        return await attempt(calls, transfer);
      } catch (error) {
        if (!hasCode(error, "upload_ended") && !hasCode(error, "not_uploaded")) throw error;
        sending.forget();
        transfer.onProgress(0);
        return attempt(calls, transfer);
      }
    },
  };
}
