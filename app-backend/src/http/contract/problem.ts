import type { AppError, Current, ErrorCode, Hint } from "../../domain/app-error.ts";
import type { Proof } from "../../domain/factor.ts";

/** The body of an error response: RFC 9457, with a `code` that programs may rely on. */
export interface Problem {
  readonly type: "about:blank";
  readonly title: string;
  readonly status: number;
  readonly code: ErrorCode | "internal";
  readonly requestId: string;
  readonly errors?: AppError["faults"];
  /** With `stale_version`. */
  readonly current?: Current;
  /** With `step_up_required`. */
  readonly ways?: readonly Proof[];
  readonly hint?: Hint;
}

const kinds: Record<Problem["code"], readonly [status: number, title: string]> = {
  malformed_request: [400, "The request is malformed"],
  invalid_input: [422, "Some fields need another look"],
  bad_credentials: [401, "Email or password is wrong"],
  not_signed_in: [401, "Sign in first"],
  session_ended: [401, "The session has ended"],
  refresh_overtaken: [409, "Another request has replaced the refresh token"],
  bad_origin: [403, "The request did not come from this site"],
  not_confirmed: [403, "The address is not confirmed yet"],
  wrong_password: [403, "The password is wrong"],
  bad_code: [403, "The code is wrong or has expired"],
  wrong_code: [401, "The code is wrong, or was used before"],
  challenge_over: [401, "The sign-in took too long or too many tries: sign in again"],
  step_up_required: [403, "Prove again that it is you"],
  enrolment_replaced: [409, "Another secret was made since: use the last one"],
  enrolment_over: [410, "The secret is no longer waiting for its code: make another one"],
  number_taken: [409, "Other accounts use this number: take another one"],
  text_not_sent: [502, "The message was not sent: use another way"],
  not_found: [404, "There is nothing here"],
  method_not_allowed: [405, "This cannot be done here: see Allow for what can"],
  headers_too_large: [431, "Headers or cookies are too large: delete this site's cookies, then try again"],
  email_taken: [409, "There is an account with this address"],
  flow_ended: [409, "The sign-in took too long, or was used before: begin another one"],
  provider_refused: [403, "The answer of the provider is not accepted"],
  email_required: [409, "The provider states no address that can be used"],
  link_required: [409, "There is an account with this address: sign in to it, then link the provider"],
  identity_taken: [409, "The identity is linked to another account"],
  last_way_in: [409, "This is the last way into the account"],
  passkeys_off: [409, "Passkeys need a site with a domain and HTTPS"],
  passkey_ended: [409, "The request for a passkey took too long, or was used before: try again"],
  passkey_refused: [401, "The passkey is not accepted"],
  passkey_unknown: [401, "The passkey is not known here, or was removed"],
  passkey_taken: [409, "The passkey belongs to an account already"],
  title_taken: [409, "There is a project with this title"],
  stale_version: [412, "The project has been changed since"],
  version_required: [428, "A change has to name the version that it replaces"],
  in_bin: [409, "The project is in the bin: restore it first"],
  notes_too_large: [413, "The notes are too large"],
  notes_missing: [404, "The notes are missing from the bucket"],
  media_gone: [409, "The media does not exist"],
  media_in_use: [409, "A project uses the media"],
  media_too_large: [413, "The file is too large"],
  unsupported_media: [415, "The file is no audio, video or PDF of a supported type"],
  quota_exceeded: [409, "The account's quota is full"],
  not_uploaded: [409, "The file has not been uploaded"],
  upload_ended: [409, "The upload cannot be used: start another one"],
  image_dimensions: [422, "The image has too many pixels or frames"],
  image_too_large: [413, "The image is too large"],
  json_required: [415, "Pictures are not taken as forms here"],
  unsupported_image: [415, "The image is of no supported type"],
  damaged_image: [422, "The image is damaged or cut off"],
  unprocessable_image: [422, "The image is of a kind that cannot be processed"],
  too_many_requests: [429, "Too many requests: try again later"],
  unavailable: [503, "The service is not available right now"],
  internal: [500, "Something went wrong on our side"],
};

export function statusOf(code: Problem["code"]): number {
  return kinds[code][0];
}

export function problemOf(
  code: Problem["code"],
  requestId: string,
  { faults = [], current, ways, hint }: Partial<Pick<AppError, "faults" | "current" | "ways" | "hint">> = {},
): Problem {
  const [status, title] = kinds[code];
  return {
    type: "about:blank",
    title,
    status,
    code,
    requestId,
    ...(faults.length > 0 && { errors: faults }),
    ...(current && { current }),
    ...(ways && { ways }),
    ...(hint && { hint }),
  };
}
