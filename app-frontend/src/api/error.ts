import { messageFor, waitMessage } from "./error-messages.ts";

export type FieldError = { field: string; message: string };

type Facts = {
  status?: number;
  message?: string;
  /** Seconds to wait before the next attempt. */
  waitS?: number;
  errors?: FieldError[];
  requestId?: string;
  /** What the server has now, if that is why it refused. */
  current?: unknown;
  /** What the refusal points at: `clock` for a code of another minute. */
  hint?: string | undefined;
  /** The proofs that the server asks for first. */
  ways?: string[] | undefined;
};

/** A failed request. `status` is 0 without an answer; `code` is stable, `message` is for people. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly code: string;
  readonly status: number;
  readonly errors: FieldError[] | undefined;
  readonly requestId: string | undefined;
  readonly waitS: number | undefined;
  readonly current: unknown;
  readonly ways: readonly string[];

  constructor(code: string, facts: Facts = {}) {
    const { status = 0, message, waitS, errors, requestId, current, hint, ways = [] } = facts;
    super(
      code === "too_many_requests" && waitS
        ? waitMessage(waitS)
        : messageFor(hint ? `${code} ${hint}` : code, messageFor(code, message)),
    );
    this.code = code;
    this.status = status;
    this.errors = errors;
    this.requestId = requestId;
    this.waitS = waitS;
    this.current = current;
    this.ways = ways;
  }
}

/** Reads a problem document (RFC 9457). A proxy's own error page has none: then the status decides. */
export function apiError(status: number, body: string, retryAfter: string | null = null): ApiError {
  const problem = parse(body);
  const waitS = seconds(retryAfter);
  if (typeof problem?.["code"] !== "string") return new ApiError(codeOf(status), { status, waitS });
  return new ApiError(problem["code"], {
    status,
    message: text(problem["detail"]) ?? text(problem["title"]),
    waitS,
    errors: fieldErrors(problem["errors"]),
    requestId: text(problem["requestId"]),
    current: problem["current"],
    hint: text(problem["hint"]),
    ways: texts(problem["ways"]),
  });
}

/** A 401 with one of these refuses what was typed, and says nothing about the token. */
const refusedProofs = ["challenge_over", "wrong_code", "passkey_refused", "passkey_unknown"];

/** Whether the server refused the token. */
export function isSignedOut(error: unknown): boolean {
  return error instanceof ApiError && error.status === 401 && !refusedProofs.includes(error.code);
}

export function hasCode(error: unknown, code: string): boolean {
  return error instanceof ApiError && error.code === code;
}

function parse(body: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

function codeOf(status: number): string {
  if (status === 401) return "not_signed_in";
  if (status === 413) return "request_too_large";
  if (status === 431) return "headers_too_large";
  if (status === 429) return "too_many_requests";
  if (status === 504) return "timeout";
  if (status === 502 || status === 503) return "unavailable";
  return "internal";
}

/** `Retry-After` may also be a date, which our API does not send. */
function seconds(retryAfter: string | null): number | undefined {
  return retryAfter && /^\d+$/.test(retryAfter) ? Number(retryAfter) : undefined;
}

function text(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

function texts(value: unknown): string[] | undefined {
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : undefined;
}

function fieldErrors(value: unknown): FieldError[] | undefined {
  if (!Array.isArray(value)) return undefined;
  return value.filter(isFieldError);
}

function isFieldError(value: Partial<FieldError> | null): value is FieldError {
  return typeof value?.field === "string" && typeof value.message === "string";
}
