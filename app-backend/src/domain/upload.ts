import { fieldError } from "./app-error.ts";
import { imageTypeOf, maxImageBytes } from "./image-type.ts";

export const uploadLifeMs = 15 * 60_000;

/** What is announced of a file, and what the bucket then accepts: exactly that type and size. */
export interface Announced {
  readonly contentType: string;
  readonly bytes: number;
}

/** What the upload of a picture is for: a new account, or the account of that id. */
export type UploadPurpose = "registration" | `picture of ${string}`;

export function pictureOf(accountId: string): UploadPurpose {
  return `picture of ${accountId}`;
}

/** Throws `unsupported_image` or `image_too_large` for what need not be sent. */
export function requireAcceptable({ contentType, bytes }: Announced): void {
  if (imageTypeOf(contentType) === undefined)
    throw fieldError("unsupported_image", "contentType", "is not an image type that is accepted");
  if (bytes > maxImageBytes) throw fieldError("image_too_large", "bytes", `are more than ${maxImageBytes}`);
}
