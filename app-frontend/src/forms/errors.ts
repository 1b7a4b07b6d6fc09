import { ApiError } from "../api/error.ts";

export type FieldErrors = Partial<Record<string, string>>;

/** Errors of a failed request: beside fields, or one for the form. */
export type Failure = { fields: FieldErrors; form?: ApiError };

/** The field of an error code: the first of these that the form has. */
const fieldsOfCode: Record<string, readonly string[]> = {
  bad_code: ["code"],
  damaged_image: ["image"],
  email_taken: ["email"],
  empty_image: ["image"],
  image_dimensions: ["image"],
  image_too_large: ["image"],
  title_taken: ["title"],
  unreadable_image: ["image"],
  unsupported_image: ["image"],
  wrong_code: ["code"],
  wrong_password: ["current", "password"],
};

/** Assigns an error to the form's `fields` that it concerns. */
export function failureOf(error: unknown, fields: readonly string[]): Failure {
  const known = error instanceof ApiError ? error : new ApiError("internal");
  const field = fieldsOfCode[known.code]?.find((name) => fields.includes(name));
  if (field) return { fields: { [field]: known.message } };
  const named = (known.errors ?? []).filter((error) => fields.includes(error.field));
  if (named.length === 0) return { fields: {}, form: known };
  return { fields: Object.fromEntries(named.map((error) => [error.field, sentence(error.message)])) };
}

/** The server says that a field "is too long", without its name. Here the message stands beside the field. */
function sentence(message: string): string {
  return /^[a-z]/.test(message) ? `This ${message}.` : message;
}

export function emailError(email: string): string | undefined {
  return /^[^\s@]+@[^\s@]+$/.test(email) ? undefined : "Enter an email address, like name@example.com.";
}

export function newPasswordError(password: string): string | undefined {
  return password.length >= 8 ? undefined : "Use at least 8 characters.";
}

export function passwordError(password: string): string | undefined {
  return password ? undefined : "Enter your password.";
}
