import { z } from "zod";
import { cursor } from "./cursor.ts";
import { maxLengths } from "../../domain/account.ts";
import { codeShape } from "../../domain/code.ts";
import { maxNameLength } from "../../domain/image.ts";
import { emailFault, tidyEmail } from "../../domain/email.ts";
import { isRecoveryCode, tidyRecoveryCode } from "../../domain/recovery-code.ts";
import { hasUnwritable, isBlank } from "../../domain/writing.ts";
import { maxPasswordLength, minPasswordLength, passwordFault } from "../../domain/password.ts";

/** An attacker could otherwise make us hash long texts. */
export const text = z.string("must be text").max(1024, { error: "is too long", abort: true });

/** An address or a password to compare: any text is valid input. */
export const known = text;

export const newEmail = text.transform(tidyEmail).superRefine((email, context) => {
  const message = emailFault(email);
  if (message) context.addIssue({ code: "custom", message });
});
export const newPassword = text.meta({
  description: `${minPasswordLength} to ${maxPasswordLength} characters, with no blank at either end.`,
});
const code = text
  .transform((typed) => typed.replace(/\s/g, ""))
  .refine((digits) => codeShape.test(digits), "is not the digits of a code");

export const recoveryCode = text
  .transform(tidyRecoveryCode)
  .refine(isRecoveryCode, "is not a recovery code")
  .meta({ description: "In any case, with or without hyphens." });

export const cannotBeSeen = "holds characters that cannot be seen";
export const canBeSeen = (typed: string) => !hasUnwritable(typed) && !isBlank(typed);

/** Adds the faults of `password` for the account of `email`. */
export function judgePassword(
  { email, password }: { email: string; password: string },
  context: z.RefinementCtx,
) {
  const message = passwordFault(password, email);
  if (message) context.addIssue({ code: "custom", path: ["password"], message });
}

/** A field of the profile; empty text clears it. */
const detail = (maxLength: number) =>
  z
    .string("must be text")
    .max(1024, "is too long")
    .transform((typed) => typed.trim().normalize("NFC") || null)
    .refine((value) => (value ?? "").length <= maxLength, `has more than ${maxLength} characters`)
    .refine((value) => value === null || canBeSeen(value), cannotBeSeen)
    .nullable()
    .optional();

export const registration = z.object({ email: newEmail, password: newPassword }).superRefine(judgePassword);
/** Long enough for every token of an upload. */
const uploadToken = z.string("must be text").max(2048, "is too long").meta({
  description: "The token of an upload, which works once.",
});
export const registrationByUpload = registration.safeExtend({ upload: uploadToken });
export const credentials = z.object({ email: known, password: known });
/** An account without a password leaves it out, and proves otherwise who it is. */
export const ownPassword = z.object({ password: known.optional() });
export const address = z.object({ email: known });
export const addressAndCode = z.object({ email: known, code });
export const reset = z
  .object({
    email: known,
    code,
    password: newPassword,
    recoveryCode: recoveryCode.optional().meta({
      description: "Asked of an account without a password alone: the mailed code does not open it.",
    }),
  })
  .superRefine(judgePassword);
export const passwordChange = z.object({ current: known.optional(), next: newPassword });
export const profile = z.object({
  username: detail(maxLengths.username),
  firstName: detail(maxLengths.firstName),
  lastName: detail(maxLengths.lastName),
});
export const signOutQuery = z.object({
  everywhere: z.enum(["true", "false"], "is neither true nor false").optional(),
});
/** A request that is repeated because its reply was lost sends the same key. */
export const keyHeaders = (description: string) =>
  z.object({
    "idempotency-key": z
      .string()
      .regex(/^[\w-]{16,128}$/, "is not 16 to 128 letters, digits, - or _")
      .meta({ description })
      .optional(),
  });
export const refreshHeaders = keyHeaders(
  "A secret made for this call; with it the call can be repeated if the reply is lost.",
);
const shapeOfId = /^[0-9a-f-]{36}$/;
const idOfNothing = "00000000-0000-0000-0000-000000000000";
/** Text that is not shaped like an id matches no record. */
export const byId = z.object({ id: z.string().transform((id) => (shapeOfId.test(id) ? id : idOfNothing)) });
/** A form with only a picture. */
export const onlyPicture = z.object({});

export const pictureByUpload = z.object({ upload: uploadToken });

/** The announcement of an account's picture. */
export const pictureAnnouncement = z.object({
  contentType: z.string("must be text").max(100, "is too long"),
  bytes: z.int("must be a whole number").min(1, "must be at least 1"),
});

/** The announcement of an image. */
export const announcement = pictureAnnouncement.extend({
  name: z
    .string("must be text")
    .max(1024, "is too long")
    .transform((typed) => typed.trim().normalize("NFC"))
    .refine(
      (name) => name.length > 0 && name.length <= maxNameLength,
      `needs 1 to ${maxNameLength} characters`,
    )
    .refine((name) => name === "" || canBeSeen(name), cannotBeSeen),
});

const maxPage = 100;

export const pageQuery = z.object({
  cursor: cursor.optional(),
  limit: z
    .string("must be given once")
    .regex(/^\d{1,3}$/, "is not a number")
    .transform(Number)
    .refine((limit) => limit >= 1 && limit <= maxPage, `is not between 1 and ${maxPage}`)
    .default(24),
});

export const imageQuery = z.object({
  owner: z.literal("me", "may only be me").optional(),
  ...pageQuery.shape,
});
