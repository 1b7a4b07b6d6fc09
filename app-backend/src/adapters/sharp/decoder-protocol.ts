import type { ErrorCode, FieldFault } from "../../domain/app-error.ts";
import type { ImageFile } from "../../ports/image-processor.ts";

/** The decoder's tasks: check a file by its header, or encode it into `folder`. */
export type Task =
  | { readonly kind: "judge"; readonly path: string }
  | { readonly kind: "encode"; readonly path: string; readonly folder: string };

export interface Encoded {
  readonly original: ImageFile;
  readonly thumbnail: ImageFile;
}

/** Result of a check: the bytes of memory that encoding will take. */
export type Outcome<Kind extends Task["kind"] = Task["kind"]> = Kind extends "judge" ? number : Encoded;

export interface Request {
  readonly id: number;
  readonly task: Task;
}

/** An error as it is sent between the processes. Without a code it is a bug. */
export interface Refusal {
  readonly code?: ErrorCode | undefined;
  readonly message: string;
  readonly faults?: readonly FieldFault[] | undefined;
  /** The `code` of a Node error, such as ENOSPC. */
  readonly errno?: string | undefined;
}

/** The first message reports that the decoder is ready; each other one answers a request. */
export type Reply =
  | { readonly ready: true }
  | { readonly id: number; readonly result: Outcome }
  | { readonly id: number; readonly refusal: Refusal };
