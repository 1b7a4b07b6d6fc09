import type { ErrorCode, FieldFault } from "../../domain/app-error.ts";
import type { ImageFile } from "../../ports/image-processor.ts";

/** What the decoder can do: judge a file by its header, or encode it into `folder`. */
export type Task =
  | { readonly kind: "judge"; readonly path: string }
  | { readonly kind: "encode"; readonly path: string; readonly folder: string };

export interface Encoded {
  readonly original: ImageFile;
  readonly thumbnail: ImageFile;
}

/** Of a judgement the bytes of memory that encoding will take. */
export type Outcome<Kind extends Task["kind"] = Task["kind"]> = Kind extends "judge" ? number : Encoded;

export interface Request {
  readonly id: number;
  readonly task: Task;
}

/** A refusal, as it crosses from one process to the other. Without a code it is a bug. */
export interface Refusal {
  readonly code?: ErrorCode | undefined;
  readonly message: string;
  readonly faults?: readonly FieldFault[] | undefined;
  /** The `code` of an error of Node, such as ENOSPC. */
  readonly errno?: string | undefined;
}

/** The first message says that the decoder is ready; each other one answers a request. */
export type Reply =
  | { readonly ready: true }
  | { readonly id: number; readonly result: Outcome }
  | { readonly id: number; readonly refusal: Refusal };
