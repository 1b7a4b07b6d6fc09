import type { ImageType } from "../api/images.ts";
import { headerBytes, headerProblem, type HeaderProblem } from "./image-header.ts";

export const maxImageBytes = 10 * 1024 * 1024;
export type ImageProblem =
  | "empty_image"
  | "unreadable_image"
  | "unsupported_image"
  | "image_too_large"
  | HeaderProblem;

const headBytes = 64;

/** The type of the picture in `file`, or why the server would refuse it. Decided by its bytes, not by its name or label. */
export async function examine(file: Blob): Promise<{ type: ImageType } | { problem: ImageProblem }> {
  if (file.size === 0) return { problem: "empty_image" };
  const head = await readHead(file);
  if (!head) return { problem: "unreadable_image" };
  const type = imageType(head.subarray(0, headBytes));
  if (!type) return { problem: "unsupported_image" };
  if (file.size > maxImageBytes) return { problem: "image_too_large" };
  const isSequence = brands(latin1(head.subarray(0, headBytes))).includes("avis");
  const problem = isSequence ? "avif_sequence" : headerProblem(head, type);
  return problem ? { problem } : { type };
}

/** Why the server would refuse `file`, or undefined. */
export async function imageProblem(file: Blob): Promise<ImageProblem | undefined> {
  const found = await examine(file);
  return "problem" in found ? found.problem : undefined;
}

/** The type by the first bytes of a file. */
export function imageType(head: Uint8Array): ImageType | undefined {
  const text = latin1(head);
  if (text.startsWith("\xff\xd8\xff")) return "image/jpeg";
  if (text.startsWith("\x89PNG\r\n\x1a\n")) return "image/png";
  if (/^GIF8[79]a/.test(text)) return "image/gif";
  if (/^RIFF[^]{4}WEBP/.test(text)) return "image/webp";
  if (brands(text).some((brand) => brand === "avif" || brand === "avis")) return "image/avif";
  return undefined;
}

function latin1(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}

/** ISO 14496-12: the first box `ftyp` holds a brand, a version of four bytes, then the compatible brands. */
function brands(text: string): string[] {
  if (text.slice(4, 8) !== "ftyp") return [];
  const end = (text.charCodeAt(2) << 8) | text.charCodeAt(3);
  const compatible = text.slice(16, end).match(/[^]{4}/g) ?? [];
  return [text.slice(8, 12), ...compatible];
}

async function readHead(file: Blob): Promise<Uint8Array | undefined> {
  try {
    return new Uint8Array(await file.slice(0, headerBytes).arrayBuffer());
  } catch {
    return undefined; // a dropped folder, or a file that was deleted since
  }
}
