import type { Proof } from "./factor.ts";

/** Every code of a refused or failed request. Clients branch on these: they never change. */
export type ErrorCode =
  | "malformed_request"
  | "invalid_input"
  | "bad_credentials"
  | "not_signed_in"
  | "session_ended"
  | "refresh_overtaken"
  | "not_confirmed"
  | "wrong_password"
  | "bad_code"
  | "wrong_code"
  | "challenge_over"
  | "step_up_required"
  | "enrolment_replaced"
  | "enrolment_over"
  | "number_taken"
  | "text_not_sent"
  | "bad_origin"
  | "not_found"
  | "method_not_allowed"
  | "headers_too_large"
  | "email_taken"
  | "flow_ended"
  | "provider_refused"
  | "email_required"
  | "link_required"
  | "identity_taken"
  | "last_way_in"
  | "passkeys_off"
  | "passkey_ended"
  | "passkey_refused"
  | "passkey_unknown"
  | "passkey_taken"
  | "title_taken"
  | "stale_version"
  | "version_required"
  | "in_bin"
  | "notes_too_large"
  | "notes_missing"
  | "media_gone"
  | "media_in_use"
  | "media_too_large"
  | "unsupported_media"
  | "quota_exceeded"
  | "not_uploaded"
  | "upload_ended"
  | "image_too_large"
  | "image_dimensions"
  | "unsupported_image"
  | "json_required"
  | "damaged_image"
  | "unprocessable_image"
  | "too_many_requests"
  | "unavailable";

/** What is wrong with one input field, worded for the person who filled it in. */
export interface FieldFault {
  readonly field: string;
  readonly message: string;
}

export interface ErrorFacts {
  readonly cause?: unknown;
  readonly faults?: readonly FieldFault[];
  readonly retryAfterMs?: number;
  readonly current?: Current;
  readonly ways?: readonly Proof[];
  readonly hint?: Hint | undefined;
}

/** With `wrong_code`: a clock is wrong. With `text_not_sent`: the owner of the number refuses messages. */
export type Hint = "clock" | "opted_out";

/** What is there instead of what a change was to replace. */
export interface Current {
  readonly etag: string;
  readonly version: number;
  readonly title: string;
  readonly notesSha256: string;
  readonly device: string;
  readonly savedAt: string;
  /** The version that an earlier attempt of the same save made; null if none did. */
  readonly saved: number | null;
}

/** An expected failure. The message is logged; the caller sees only the code and the field faults. */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly faults: readonly FieldFault[];
  /** When to retry; undefined if that is not known. */
  readonly retryAfterMs: number | undefined;
  /** With `stale_version`. */
  readonly current: Current | undefined;
  /** With `step_up_required`: the proofs that are missing, or one of which is. */
  readonly ways: readonly Proof[] | undefined;
  readonly hint: Hint | undefined;

  constructor(code: ErrorCode, message: string, options: ErrorFacts = {}) {
    super(message, { cause: options.cause });
    this.name = "AppError";
    this.code = code;
    this.faults = options.faults ?? [];
    this.retryAfterMs = options.retryAfterMs;
    this.current = options.current;
    this.ways = options.ways;
    this.hint = options.hint;
  }
}

/** A refusal that blames one field. */
export function fieldError(code: ErrorCode, field: string, message: string): AppError {
  return new AppError(code, `${field} ${message}`, { faults: [{ field, message }] });
}
