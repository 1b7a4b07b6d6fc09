import { AppError } from "../domain/app-error.ts";
import { uploadKeyOf } from "../domain/image.ts";
import { limits as rules } from "../domain/limit.ts";
import { type Announced, requireAcceptable, uploadLifeMs, type UploadPurpose } from "../domain/upload.ts";
import type { Limits } from "../ports/limits.ts";
import type { IncomingPicture, ObjectStore, Upload } from "../ports/object-store.ts";
import type { UploadTokens } from "../ports/upload-tokens.ts";

interface Dependencies {
  readonly objectStore: ObjectStore;
  readonly uploadTokens: UploadTokens;
  readonly limits: Limits;
  readonly now: () => Date;
  readonly newId: () => string;
}

export type PictureUploads = ReturnType<typeof pictureUploads>;

/** Uploads of accounts' pictures straight to the bucket. No record of one exists: its token states what it is. */
export function pictureUploads({ objectStore, uploadTokens, limits, now, newId }: Dependencies) {
  /** Allows one upload of that type and size. The caller has counted it. */
  async function open(purpose: UploadPurpose, file: Announced): Promise<Upload & { readonly token: string }> {
    requireAcceptable(file);
    const key = uploadKeyOf(newId());
    const upload = await objectStore.upload(key, { ...file, lifeMs: uploadLifeMs });
    return { ...upload, token: uploadTokens.sign({ key, ...file }, purpose, now()) };
  }

  /** The upload of a token, for exactly one of any number of parallel calls. Throws `upload_ended` for all others. */
  async function claim(token: string, purpose: UploadPurpose): Promise<IncomingPicture> {
    const { key, ...announced } = uploadTokens.read(token, purpose, now());
    if ((await limits.consume(rules.useOfUpload, key, now())) > 0)
      throw new AppError("upload_ended", "upload was used before");
    return { key, announced };
  }

  return { open, claim };
}
