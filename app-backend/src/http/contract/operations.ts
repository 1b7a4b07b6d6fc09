import type { z } from "zod";
import type { ErrorCode } from "../../domain/app-error.ts";
import { factorOperations, signedInOrChallenged } from "./factors.ts";
import { mediaOperations } from "./media.ts";
import { passkeyOperations } from "./passkeys.ts";
import { projectOperations } from "./projects.ts";
import { providerOperations } from "./providers.ts";
import * as answers from "./responses.ts";
import * as inputs from "./requests.ts";

/** One operation of the API: its handler parses with these schemas, and its OpenAPI description is generated from them. */
export interface Operation {
  readonly method: "get" | "post" | "put" | "patch" | "delete";
  /** In Express's syntax, below /api. */
  readonly path: string;
  readonly summary: string;
  /** What authenticates the caller: a bearer token, or the refresh cookie together with the site's Origin. */
  readonly proof?: "bearer" | "cookie";
  readonly body?: z.ZodObject;
  /** The body comes with a picture: as a form with a file `image`, or as this JSON with the token of its upload. */
  readonly byUpload?: z.ZodObject;
  readonly query?: z.ZodObject;
  /** Headers that a client may send, in lower case. */
  readonly headers?: z.ZodObject;
  readonly params?: z.ZodObject;
  /** 302: for browsers, which go on to another page. */
  readonly status: 200 | 201 | 204 | 302;
  readonly answer?: z.ZodType;
  /** Answers under other statuses than `status` and those of refusals; undefined: without a body. */
  readonly others?: Readonly<Record<number, z.ZodObject | undefined>>;
  /** Its error codes, beside those of every operation. */
  readonly refusals: readonly ErrorCode[];
}

const imageRefusals = [
  "image_too_large",
  "unsupported_image",
  "damaged_image",
  "image_dimensions",
  "unprocessable_image",
] as const;
const pictureRefusals = [...imageRefusals, "json_required", "too_many_requests"] as const;
const uploadRefusals = ["not_uploaded", "upload_ended"] as const;
const announcementRefusals = ["image_too_large", "unsupported_image", "too_many_requests"] as const;

/** Every operation, by name. A test compares this list with the application's routes. */
export const operations = {
  register: {
    method: "post",
    path: "/auth/register",
    summary: "Make an account with a picture",
    body: inputs.registration,
    byUpload: inputs.registrationByUpload,
    status: 201,
    answer: answers.ownAccount,
    refusals: ["email_taken", "bad_origin", ...pictureRefusals, ...uploadRefusals],
  },
  announceRegistration: {
    method: "post",
    path: "/auth/register/upload",
    summary: "Get a URL that takes the picture of a new account straight to S3, and a token to register with",
    body: inputs.pictureAnnouncement,
    status: 201,
    answer: answers.announcedPicture,
    refusals: ["bad_origin", ...announcementRefusals],
  },
  signIn: {
    method: "post",
    path: "/auth/signin",
    summary:
      "Open a session; the refresh token comes as a cookie. With a second factor there is neither, but a challenge",
    body: inputs.credentials,
    status: 200,
    answer: signedInOrChallenged,
    refusals: ["bad_credentials", "not_confirmed", "bad_origin", "too_many_requests"],
  },
  refresh: {
    method: "post",
    path: "/auth/refresh",
    summary:
      "Trade the refresh token for an access token, and for the next one if it is older than 10 seconds",
    proof: "cookie",
    headers: inputs.refreshHeaders,
    status: 200,
    answer: answers.signedIn,
    refusals: ["not_signed_in", "session_ended", "refresh_overtaken", "bad_origin"],
  },
  signOut: {
    method: "delete",
    path: "/auth/signout",
    summary: "End the session, or all sessions of the account",
    proof: "cookie",
    query: inputs.signOutQuery,
    status: 204,
    refusals: ["not_signed_in", "session_ended", "bad_origin"],
  },
  remove: {
    method: "delete",
    path: "/auth/remove",
    summary: "Remove the account and all that belongs to it",
    proof: "bearer",
    body: inputs.ownPassword,
    status: 204,
    refusals: ["not_signed_in", "wrong_password", "step_up_required", "bad_origin", "too_many_requests"],
  },
  confirm: {
    method: "post",
    path: "/auth/confirm",
    summary: "Confirm the address by the code that was mailed to it",
    body: inputs.addressAndCode,
    status: 204,
    refusals: ["bad_code", "too_many_requests"],
  },
  resend: {
    method: "post",
    path: "/auth/resend",
    summary: "Mail another code that confirms the address",
    body: inputs.address,
    status: 204,
    refusals: ["too_many_requests"],
  },
  forgot: {
    method: "post",
    path: "/auth/forgot",
    summary: "Mail a code that replaces the password",
    body: inputs.address,
    status: 204,
    refusals: ["too_many_requests"],
  },
  reset: {
    method: "post",
    path: "/auth/reset",
    summary: "Replace the password by the code that was mailed; ends all sessions",
    body: inputs.reset,
    status: 204,
    refusals: ["bad_code", "too_many_requests"],
  },
  changePassword: {
    method: "post",
    path: "/auth/password",
    summary: "Replace the password; ends all other sessions",
    proof: "bearer",
    body: inputs.passwordChange,
    status: 204,
    refusals: ["not_signed_in", "wrong_password", "step_up_required", "too_many_requests"],
  },
  listSessions: {
    method: "get",
    path: "/auth/sessions",
    summary: "Where the account is signed in, the last used first: 50 sessions at most",
    proof: "bearer",
    status: 200,
    answer: answers.sessionList,
    refusals: ["not_signed_in"],
  },
  endSession: {
    method: "delete",
    path: "/auth/sessions/:id",
    summary: "End one session of the account",
    proof: "bearer",
    params: inputs.byId,
    status: 204,
    refusals: ["not_signed_in", "not_found"],
  },
  getAccount: {
    method: "get",
    path: "/account",
    summary: "One's own account",
    proof: "bearer",
    status: 200,
    answer: answers.ownAccount,
    refusals: ["not_signed_in"],
  },
  changeProfile: {
    method: "patch",
    path: "/account",
    summary: "Change what the body names of the profile; empty text or null clears it",
    proof: "bearer",
    body: inputs.profile,
    status: 200,
    answer: answers.ownAccount,
    refusals: ["not_signed_in"],
  },
  changePicture: {
    method: "put",
    path: "/account/image",
    summary: "Replace the picture",
    proof: "bearer",
    body: inputs.onlyPicture,
    byUpload: inputs.pictureByUpload,
    status: 200,
    answer: answers.ownAccount,
    refusals: ["not_signed_in", ...pictureRefusals, ...uploadRefusals],
  },
  announcePicture: {
    method: "post",
    path: "/account/image/upload",
    summary: "Get a URL that takes a new picture straight to S3, and a token to replace the picture with",
    proof: "bearer",
    body: inputs.pictureAnnouncement,
    status: 201,
    answer: answers.announcedPicture,
    refusals: ["not_signed_in", ...announcementRefusals],
  },
  listImages: {
    method: "get",
    path: "/images",
    summary: "Images of everybody, or of oneself, the newest first",
    proof: "bearer",
    query: inputs.imageQuery,
    status: 200,
    answer: answers.imageList,
    refusals: ["not_signed_in"],
  },
  announceImage: {
    method: "post",
    path: "/images",
    summary: "Reserve an image and get a URL that takes it straight to S3",
    proof: "bearer",
    body: inputs.announcement,
    status: 201,
    answer: answers.announced,
    refusals: ["not_signed_in", "quota_exceeded", ...announcementRefusals],
  },
  completeImage: {
    method: "post",
    path: "/images/:id/complete",
    summary: "Check, clean and publish what was uploaded",
    proof: "bearer",
    params: inputs.byId,
    status: 200,
    answer: answers.oneImage,
    refusals: ["not_signed_in", "not_found", "not_uploaded", "quota_exceeded", ...pictureRefusals],
  },
  getImage: {
    method: "get",
    path: "/images/:id",
    summary: "One image",
    proof: "bearer",
    params: inputs.byId,
    status: 200,
    answer: answers.oneImage,
    refusals: ["not_signed_in", "not_found"],
  },
  downloadImage: {
    method: "get",
    path: "/images/:id/download",
    summary: "A URL that saves the image as a file",
    proof: "bearer",
    params: inputs.byId,
    status: 200,
    answer: answers.download,
    refusals: ["not_signed_in", "not_found"],
  },
  removeImage: {
    method: "delete",
    path: "/images/:id",
    summary: "Remove an image of one's own",
    proof: "bearer",
    params: inputs.byId,
    status: 204,
    refusals: ["not_signed_in", "not_found", "too_many_requests"],
  },
  ...factorOperations,
  ...passkeyOperations,
  ...providerOperations,
  ...projectOperations,
  ...mediaOperations,
  health: {
    method: "get",
    path: "/health",
    summary: "Whether the process answers",
    status: 200,
    answer: answers.health,
    refusals: [],
  },
  ready: {
    method: "get",
    path: "/ready",
    summary: "Whether all that it needs answers too",
    status: 200,
    answer: answers.readiness,
    refusals: [],
  },
  settings: {
    method: "get",
    path: "/settings",
    summary:
      "What a page has to know of this deployment: whether codes are mailed, or handed on by its operator, and what they look like",
    status: 200,
    answer: answers.settings,
    refusals: [],
  },
  openapi: {
    method: "get",
    path: "/openapi.json",
    summary: "This description",
    status: 200,
    answer: answers.openapi,
    refusals: [],
  },
} as const satisfies Record<string, Operation>;
