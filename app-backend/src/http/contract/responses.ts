import { z } from "zod";

// The responses of the API, for its description: the tests validate every response against them.

const account = z
  .object({
    id: z.string(),
    email: z.string(),
    imageUrl: z.url().meta({ description: "Shows the picture to anyone who has it, for an hour." }),
    username: z.string().nullable(),
    firstName: z.string().nullable(),
    lastName: z.string().nullable(),
    confirmed: z.boolean(),
    createdAt: z.iso.datetime(),
  })
  .strict()
  .meta({ id: "account" });

const session = z
  .object({
    id: z.string(),
    device: z.string(),
    address: z.string().nullable(),
    createdAt: z.iso.datetime(),
    lastUsedAt: z.iso.datetime().meta({ description: "Rounded to 10 minutes." }),
    retriedAt: z.iso.datetime().nullable().meta({
      description: "When a refresh token that had been replaced was last shown again, rounded to 10 minutes.",
    }),
    current: z.boolean(),
  })
  .strict();

const pendingImage = z
  .object({
    id: z.string(),
    name: z.string(),
    contentType: z.string(),
    bytes: z.int(),
    createdAt: z.iso.datetime(),
  })
  .strict();

const image = pendingImage
  .extend({
    mine: z.boolean(),
    width: z.int(),
    height: z.int(),
    imageUrl: z.url(),
    thumbnailUrl: z.url(),
    thumbnailWidth: z.int(),
    thumbnailHeight: z.int(),
  })
  .strict();

export const oneImage = z.object({ image }).strict();
export const imageList = z
  .object({
    items: z.array(image),
    cursor: z.string().optional().meta({ description: "Where the next page begins; none after the last." }),
  })
  .strict();
const target = {
  url: z.url().meta({
    description: "For one PUT of exactly that file with these headers. 412: it was taken before.",
  }),
  headers: z.record(z.string(), z.string()),
};
export const announced = z.object({ image: pendingImage, upload: z.object(target).strict() }).strict();
export const announcedPicture = z
  .object({
    upload: z
      .object({
        ...target,
        token: z.string().meta({ description: "For one request within 15 minutes, when the file was sent." }),
      })
      .strict(),
  })
  .strict();
export const download = z.object({ url: z.url() }).strict();

export const ownAccount = z.object({ account }).strict();
export const signedIn = z
  .object({ accessToken: z.string(), expiresIn: z.int().meta({ description: "Seconds." }), account })
  .strict();
export const sessionList = z.object({ items: z.array(session) }).strict();
export const health = z.object({ status: z.literal("ok"), release: z.string() }).strict();
export const readiness = z.object({ status: z.literal("ready") }).strict();
export const settings = z
  .object({
    sendsMail: z.boolean(),
    passkeys: z.boolean().meta({ description: "False without a domain: browsers have none there." }),
    sendsTexts: z.boolean().meta({ description: "Whether a phone number can be a second factor." }),
    codes: z
      .object({
        digits: z.int(),
        confirmSeconds: z.int().meta({ description: "How long a code confirms an address." }),
        resetSeconds: z.int().meta({ description: "How long a code sets a new password." }),
      })
      .strict(),
  })
  .strict();
export const openapi = z.looseObject({ openapi: z.literal("3.1.0") });
export const problem = z
  .object({
    type: z.literal("about:blank"),
    title: z.string(),
    status: z.int(),
    code: z.string(),
    requestId: z.string(),
    errors: z.array(z.object({ field: z.string(), message: z.string() }).strict()).optional(),
    ways: z.array(z.string()).optional().meta({
      description:
        "With step_up_required: password, totp, recovery, passkey, sms or provider. What of these is still missing, or one of them, goes to POST /auth/step-up.",
    }),
    hint: z.string().optional().meta({
      description:
        "With wrong_code: `clock`, if the code is that of another time. With text_not_sent: `opted_out`, if the number refuses messages.",
    }),
    current: z
      .object({
        etag: z.string(),
        version: z.int(),
        title: z.string(),
        notesSha256: z.string(),
        device: z.string(),
        savedAt: z.iso.datetime(),
        saved: z.int().nullable().meta({
          description: "The version that an earlier attempt with the same key made.",
        }),
      })
      .strict()
      .optional()
      .meta({ description: "With stale_version: what is there instead." }),
  })
  .strict();
