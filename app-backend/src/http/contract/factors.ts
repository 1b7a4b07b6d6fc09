import { z } from "zod";
import { recoveryCodeCount } from "../../domain/recovery-code.ts";
import { tidyDigits, totpDigits } from "../../domain/totp.ts";
import { textCodeDigits } from "../../domain/text-message.ts";
import type { Operation } from "./operations.ts";
import { recoveryCode } from "./requests.ts";
import { signedIn } from "./responses.ts";
import { usedCredential } from "./webauthn.ts";

/** An attacker could otherwise make us look at long texts. */
const text = z.string("must be text").max(1024, { error: "is too long", abort: true });

const shape = new RegExp(`^\\d{${totpDigits}}$`);
const code = text
  .transform(tidyDigits)
  .refine((digits) => shape.test(digits), `is not ${totpDigits} digits`)
  .meta({ description: `The ${totpDigits} digits that an authenticator app shows.` });

const textCode = text
  .transform(tidyDigits)
  .refine(
    (digits) => digits.length === textCodeDigits && shape.test(digits),
    `is not ${textCodeDigits} digits`,
  )
  .meta({ description: `The ${textCodeDigits} digits of the last message.` });
const factors = {
  code: code.optional(),
  recoveryCode: recoveryCode.optional(),
  textCode: textCode.optional(),
  passkey: usedCredential.optional(),
};
type Given = Partial<Record<keyof typeof factors, unknown>>;

function countOf({ code, recoveryCode, textCode, passkey }: Given): number {
  return [code, recoveryCode, textCode, passkey].filter((one) => one !== undefined).length;
}

/** Adds a fault unless exactly one of the factors is given. */
function judgeFactors(given: Given, context: z.RefinementCtx): void {
  const count = countOf(given);
  if (count !== 1)
    context.addIssue({
      code: "custom",
      path: ["code"],
      message: count === 0 ? "or another factor is missing" : "and another factor cannot be given together",
    });
}

/** The second step of a sign-in. */
export const secondStep = z
  .object({
    token: z.string("must be text").max(2048, "is too long"),
    ...factors,
  })
  .superRefine(judgeFactors);

export const stepUp = z.object({ password: text.optional(), ...factors }).superRefine((given, context) => {
  if (given.password === undefined || countOf(given) > 0) judgeFactors(given, context);
});

export const confirmation = z.object({ code });

const factor = z.enum(["totp", "recovery", "passkey", "sms"]);
export const challenged = z
  .object({
    mfa: z
      .object({
        token: z.string().meta({ description: "For POST /auth/mfa: it opens nothing else." }),
        factors: z.array(factor),
        expiresIn: z.int().meta({ description: "Seconds." }),
      })
      .strict(),
  })
  .strict();

/** The answer to the right password: a session, or a challenge if the account has a second factor. */
export const signedInOrChallenged = z.union([
  signedIn.meta({ id: "signedIn" }),
  challenged.meta({ id: "challenged" }),
]);

const recoveryCodes = z
  .object({
    recoveryCodes: z
      .array(z.string())
      .length(recoveryCodeCount)
      .meta({ description: "Each works once. They are shown here and never again." }),
  })
  .strict();

const uses = { enrolledAt: z.iso.datetime(), lastUsedAt: z.iso.datetime() };
const ending = z.string().meta({ description: "The last two digits of the number." });

const ownFactors = z
  .object({
    totp: z.object(uses).strict().nullable(),
    phone: z
      .object({ ending, ...uses })
      .strict()
      .nullable(),
    recoveryCodes: z
      .object({
        left: z.int(),
        seen: z.boolean().meta({
          description:
            "Whether the page has confirmed that it showed them; until then a TOTP code makes new ones.",
        }),
      })
      .strict()
      .nullable(),
    events: z
      .array(z.object({ at: z.iso.datetime(), what: z.string(), device: z.string() }).strict())
      .meta({ description: "The latest first." }),
  })
  .strict();

const enrolment = z
  .object({
    secret: z.string().meta({ description: "In base 32." }),
    uri: z.string().meta({ description: "The same as an otpauth URI, for a QR code." }),
    expiresIn: z.int().meta({ description: "Seconds." }),
  })
  .strict();

const proven = z.object({ provedUntil: z.iso.datetime() }).strict();

const passkeyRefusals = ["passkeys_off", "passkey_ended", "passkey_refused", "passkey_unknown"] as const;
const sent = {
  ending,
  resendAfter: z.int().meta({ description: "Seconds until another code can be sent." }),
  expiresIn: z.int().meta({ description: "Seconds that the code works." }),
};
const sentText = z.object(sent).strict();
const phoneEnrolment = z
  .object({ number: z.string().meta({ description: "In the form of E.164." }), ...sent })
  .strict();
const newPhone = z.object({ number: text });
const textToken = z.object({ token: z.string("must be text").max(2048, "is too long") });
const firstCodes = z
  .object({
    recoveryCodes: z.array(z.string()).meta({
      description:
        "New ones if the number is the first factor, else none. They are shown here and never again.",
    }),
  })
  .strict();
const textConfirmation = z.object({ code: textCode });

export const factorOperations = {
  completeSignIn: {
    method: "post",
    path: "/auth/mfa",
    summary:
      "Open the session of a challenge by a code, a recovery code, a code that was sent or a passkey; the refresh token comes as a cookie",
    body: secondStep,
    status: 200,
    answer: signedIn,
    refusals: ["wrong_code", "challenge_over", ...passkeyRefusals, "bad_origin", "too_many_requests"],
  },
  stepUp: {
    method: "post",
    path: "/auth/step-up",
    summary: "Prove again who is signed in: for 10 minutes what was proven allows changes that ask for it",
    proof: "bearer",
    body: stepUp,
    status: 200,
    answer: proven,
    refusals: ["not_signed_in", "wrong_password", "wrong_code", ...passkeyRefusals, "too_many_requests"],
  },
  sendTextForSignIn: {
    method: "post",
    path: "/auth/mfa/text",
    summary: "Send a code to the account's phone, for the challenge of a sign-in",
    body: textToken,
    status: 200,
    answer: sentText,
    refusals: ["challenge_over", "not_found", "text_not_sent", "bad_origin", "too_many_requests"],
  },
  sendTextForStepUp: {
    method: "post",
    path: "/account/factors/phone/text",
    summary: "Send a code to the account's phone, to prove again who is signed in",
    proof: "bearer",
    status: 200,
    answer: sentText,
    refusals: ["not_signed_in", "not_found", "text_not_sent", "too_many_requests"],
  },
  getFactors: {
    method: "get",
    path: "/account/factors",
    summary: "The second factors of one's account, and what happened to them",
    proof: "bearer",
    status: 200,
    answer: ownFactors,
    refusals: ["not_signed_in"],
  },
  enrolTotp: {
    method: "post",
    path: "/account/factors/totp",
    summary: "Make a secret for an authenticator app; the former one works until a code confirms this one",
    proof: "bearer",
    status: 201,
    answer: enrolment,
    refusals: ["not_signed_in", "step_up_required", "too_many_requests"],
  },
  confirmTotp: {
    method: "post",
    path: "/account/factors/totp/confirm",
    summary: "Put the new secret in force by its first code; ends all other sessions",
    proof: "bearer",
    body: confirmation,
    status: 200,
    answer: recoveryCodes,
    refusals: ["not_signed_in", "wrong_code", "enrolment_replaced", "enrolment_over", "too_many_requests"],
  },
  removeTotp: {
    method: "delete",
    path: "/account/factors/totp",
    summary: "Remove the secret, and the recovery codes unless there is another factor",
    proof: "bearer",
    status: 204,
    refusals: ["not_signed_in", "step_up_required", "not_found"],
  },
  enrolPhone: {
    method: "post",
    path: "/account/factors/phone",
    summary: "Send a code to a phone number; the former number works until the code confirms this one",
    proof: "bearer",
    body: newPhone,
    status: 200,
    answer: phoneEnrolment,
    refusals: ["not_signed_in", "step_up_required", "not_found", "text_not_sent", "too_many_requests"],
  },
  confirmPhone: {
    method: "post",
    path: "/account/factors/phone/confirm",
    summary: "Put the new number in force by its code; ends all other sessions",
    proof: "bearer",
    body: textConfirmation,
    status: 200,
    answer: firstCodes,
    refusals: [
      ...(["not_signed_in", "wrong_code", "number_taken"] as const),
      ...(["enrolment_replaced", "enrolment_over", "too_many_requests"] as const),
    ],
  },
  removePhone: {
    method: "delete",
    path: "/account/factors/phone",
    summary: "Remove the phone number, and the recovery codes unless there is another factor",
    proof: "bearer",
    status: 204,
    refusals: ["not_signed_in", "step_up_required", "not_found"],
  },
  replaceRecoveryCodes: {
    method: "post",
    path: "/account/factors/recovery-codes",
    summary: "Make new recovery codes; the former ones end",
    proof: "bearer",
    status: 200,
    answer: recoveryCodes,
    refusals: ["not_signed_in", "step_up_required", "not_found"],
  },
  noteSeenCodes: {
    method: "post",
    path: "/account/factors/recovery-codes/seen",
    summary: "Confirm that the recovery codes were shown",
    proof: "bearer",
    status: 204,
    refusals: ["not_signed_in"],
  },
} as const satisfies Record<string, Operation>;
