import { AppError } from "../../domain/app-error.ts";
import { maxFrames, maxPixels, maxSide } from "../../domain/image.ts";

const ofDisk = new Set(["ENOSPC", "EDQUOT", "EROFS", "EIO", "EMFILE", "ENFILE"]);

export function unsupported(reason: string): AppError {
  return blaming("unsupported_image", "is not a JPEG, PNG, GIF, WebP or AVIF image", reason);
}

export function tooMuch(cause?: unknown): AppError {
  const message = `has more than ${maxPixels / 1e6} megapixels, ${maxSide} pixels a side or ${maxFrames} frames, or takes too much to decode`;
  return blaming("image_dimensions", message, `image ${message}`, cause);
}

/** The picture is intact, but the decoder cannot process it. `message` explains what it is and what to do. */
export function unprocessable(message: string, cause?: unknown): AppError {
  return blaming("unprocessable_image", message, `image ${message}`, cause);
}

/** Translates an error of libvips, which has only a text: a failure of this machine is not blamed on the picture. */
export function pictureError(error: unknown): unknown {
  const text = String(error);
  if (/: (unable to open for (read|write)|write error)$/m.test(text)) return unavailable(error);
  if (/out of memory|insufficient memory|memory allocation|bad_alloc/i.test(text)) return tooMuch(error);
  if (/unsupported|not supported|not implemented|no support/i.test(text))
    return unprocessable(
      "is of a variant of its format that cannot be processed here: save it as JPEG or PNG",
      error,
    );
  if (codeOf(error) !== undefined) return error; // it comes from Node and is not about the picture
  return blaming("damaged_image", "is damaged or cut off", text, error);
}

/** Translates errors of a full or broken disk to `unavailable`; returns any other unchanged. */
export function diskError(error: unknown): unknown {
  return ofDisk.has(codeOf(error) ?? "") ? unavailable(error) : error;
}

function codeOf(error: unknown): string | undefined {
  return typeof error === "object" && error !== null && "code" in error ? String(error.code) : undefined;
}

export function unavailable(cause: unknown): AppError {
  return new AppError("unavailable", "no picture can be processed now", { cause });
}

function blaming(code: AppError["code"], message: string, reason: string, cause?: unknown): AppError {
  return new AppError(code, reason, { faults: [{ field: "image", message }], cause });
}
