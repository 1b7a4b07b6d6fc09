import { AppError, type ErrorCode, type FieldFault } from "../../domain/app-error.ts";
import type { Destination, ImageIntake, TakenIn } from "../../ports/image-intake.ts";
import type { IncomingPicture } from "../../ports/object-store.ts";

/** What the API asks the function that processes images. */
export interface ImageRequest {
  readonly upload: IncomingPicture;
  readonly destination: Destination;
  readonly network: string;
}

export type ImageReply =
  | { readonly taken: TakenIn | null }
  | {
      readonly refusal: {
        readonly code: ErrorCode;
        readonly message: string;
        readonly faults: readonly FieldFault[];
        readonly retryAfterMs?: number | undefined;
      };
    };

/** Answers a request of the API, within a time. Throws for what is not one. */
export async function answerImageRequest(
  intake: ImageIntake,
  event: unknown,
  signal: AbortSignal,
): Promise<ImageReply> {
  const { upload, destination, network } = event as ImageRequest;
  if (!/^incoming\/[\w-]+$/.test(upload.key)) throw new Error("not an upload");
  if (!/^(images|pictures)\/[\w/-]+\/$/.test(destination.prefix)) throw new Error("not a destination");
  try {
    return { taken: (await intake.take(upload, destination, { signal, network })) ?? null };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const { code, message, faults, retryAfterMs } = error;
    return { refusal: { code, message, faults, retryAfterMs } };
  }
}
