/** Every way a request can be refused, or fail for a reason we foresee. Clients branch on these: they never change. */
export type ErrorCode =
  | "malformed_request"
  | "invalid_input"
  | "bad_credentials"
  | "not_signed_in"
  | "session_ended"
  | "bad_origin"
  | "not_found"
  | "email_taken"
  | "image_too_large"
  | "unsupported_image"
  | "unavailable";

/** What is wrong with one input field, in words fit for the person who filled it in. */
export interface FieldFault {
  readonly field: string;
  readonly message: string;
}

/** A foreseen failure. The message goes to the log; the caller sees the code and the field faults alone. */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly faults: readonly FieldFault[];

  constructor(code: ErrorCode, message: string, options: { cause?: unknown; faults?: FieldFault[] } = {}) {
    super(message, { cause: options.cause });
    this.name = "AppError";
    this.code = code;
    this.faults = options.faults ?? [];
  }
}

/** A refusal that blames one field. */
export function fieldError(code: ErrorCode, field: string, message: string): AppError {
  return new AppError(code, `${field} ${message}`, { faults: [{ field, message }] });
}
