import { AppError } from "../../domain/app-error.ts";
import { maxFrames, maxPixels } from "../../domain/image.ts";

const ofDisk = new Set(["ENOSPC", "EDQUOT", "EROFS", "EIO", "EMFILE", "ENFILE"]);

export function unsupported(reason: string): AppError {
  return blaming("unsupported_image", "is not a JPEG, PNG, GIF, WebP or AVIF image", reason);
}

export function tooMuch(cause?: unknown): AppError {
  const message = `has more than ${maxPixels / 1e6} megapixels or ${maxFrames} frames, or takes too much to decode`;
  return blaming("image_dimensions", message, `image ${message}`, cause);
}

/** What an error of libvips says about the picture. It has words alone: what this machine lacks is no fault of the picture. */
export function pictureError(error: unknown): unknown {
  const text = String(error);
  if (/^(Error: )?timeout: /m.test(text)) return tooMuch(error);
  if (/: (unable to open for (read|write)|write error)$/m.test(text)) return unavailable(error);
  if (codeOf(error) !== undefined) return error; // it comes from Node, and is about no picture
  return blaming("damaged_image", "is damaged or cut off", text, error);
}

/** An error of a disk that is full or broken as `unavailable`; any other as it is. */
export function diskError(error: unknown): unknown {
  return ofDisk.has(codeOf(error) ?? "") ? unavailable(error) : error;
}

function codeOf(error: unknown): string | undefined {
  return typeof error === "object" && error !== null && "code" in error ? String(error.code) : undefined;
}

function unavailable(cause: unknown): AppError {
  return new AppError("unavailable", "temporary folder takes no picture", { cause });
}

function blaming(code: AppError["code"], message: string, reason: string, cause?: unknown): AppError {
  return new AppError(code, reason, { faults: [{ field: "image", message }], cause });
}
