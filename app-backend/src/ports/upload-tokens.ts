import type { UploadPurpose } from "../domain/upload.ts";
import type { AnnouncedUpload } from "./object-store.ts";

export interface UploadTokens {
  /** A token that states the upload and its purpose, for `uploadLifeMs`. */
  sign(upload: AnnouncedUpload, purpose: UploadPurpose, at: Date): string;
  /** The upload that a token states. Throws `upload_ended` unless it is ours, for that purpose, and has not expired. */
  read(token: string, purpose: UploadPurpose, at: Date): AnnouncedUpload;
}
