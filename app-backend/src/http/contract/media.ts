import { z } from "zod";
import { maxMediaNameLength } from "../../domain/media.ts";
import { lineFault, tidyLine } from "../../domain/title.ts";
import type { Operation } from "./operations.ts";
import { byId, keyHeaders, pageQuery } from "./requests.ts";

const announcement = z.object({
  name: z
    .string("must be text")
    .max(4096, "is too long")
    .transform(tidyLine)
    .superRefine((name, context) => {
      const message = lineFault(name, maxMediaNameLength);
      if (message) context.addIssue({ code: "custom", message });
    }),
  bytes: z.int("must be a whole number").min(1, "must be at least 1"),
  contentType: z.string("must be text").max(255, "is too long").optional().meta({
    description: "The type by which the sender knows the file. What is stored is judged by its bytes.",
  }),
});

const announceHeaders = keyHeaders(
  "Made for this file; a call that is repeated with it announces nothing more, and gets the same media with a fresh URL.",
);

const flag = z.enum(["true", "false"], "is neither true nor false").optional();

const media = z
  .object({
    id: z.string(),
    state: z.enum(["pending", "stored"]),
    name: z.string(),
    bytes: z.int(),
    kind: z.enum(["audio", "video", "pdf"]).nullable(),
    contentType: z.string().nullable().meta({ description: "By its bytes; null while it is pending." }),
    createdAt: z.iso.datetime(),
  })
  .strict();

const oneMedia = z.object({ media }).strict();
const announced = z
  .object({
    media,
    upload: z
      .object({
        url: z.url().meta({
          description:
            "For one PUT of exactly that file within an hour, with these headers. 412: it was taken before.",
        }),
        headers: z.record(z.string(), z.string()),
      })
      .strict(),
  })
  .strict();
const list = z
  .object({
    items: z.array(
      media
        .extend({ uses: z.int().meta({ description: "How many projects have it, also in the bin." }) })
        .strict(),
    ),
    cursor: z.string().optional().meta({ description: "Where the next page begins; none after the last." }),
  })
  .strict();
const link = z
  .object({
    url: z.url().meta({ description: "Plays or downloads the file for anyone who has it." }),
    expiresAt: z.iso.datetime(),
    contentType: z.string(),
  })
  .strict();

/** The operations of media, by name. */
export const mediaOperations = {
  listMedia: {
    method: "get",
    path: "/media",
    summary: "The files of the account, pending and stored, a page at a time, the last announced first",
    proof: "bearer",
    query: pageQuery,
    status: 200,
    answer: list,
    refusals: ["not_signed_in"],
  },
  announceMedia: {
    method: "post",
    path: "/media",
    summary: "Reserve quota for a file, and get a URL that takes it straight to S3",
    proof: "bearer",
    headers: announceHeaders,
    body: announcement,
    status: 201,
    answer: announced,
    refusals: [
      "not_signed_in",
      "media_too_large",
      "unsupported_media",
      "quota_exceeded",
      "too_many_requests",
    ],
  },
  completeMedia: {
    method: "post",
    path: "/media/:id/complete",
    summary:
      "Store a file that was sent. The answer may be another file of the account, which has the same bytes; 202: it takes longer, ask again",
    proof: "bearer",
    params: byId,
    status: 200,
    answer: oneMedia,
    others: { 202: oneMedia },
    refusals: [
      "not_signed_in",
      "not_found",
      "not_uploaded",
      "unsupported_media",
      "quota_exceeded",
      "too_many_requests",
    ],
  },
  getMediaUrl: {
    method: "get",
    path: "/media/:id/url",
    summary: "Get a URL that plays the file, or downloads it under its name",
    proof: "bearer",
    params: byId,
    query: z.object({ download: flag }),
    status: 200,
    answer: link,
    refusals: ["not_signed_in", "not_found", "not_uploaded"],
  },
  removeMedia: {
    method: "delete",
    path: "/media/:id",
    summary: "Remove a file that no project has",
    proof: "bearer",
    params: byId,
    status: 204,
    refusals: ["not_signed_in", "not_found", "media_in_use", "too_many_requests"],
  },
} as const satisfies Record<string, Operation>;
