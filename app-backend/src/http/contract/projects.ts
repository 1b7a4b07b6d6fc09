import { z } from "zod";
import { projectTypes } from "../../domain/project.ts";
import { lineFault, maxLabelLength, maxTitleLength, tidyLine } from "../../domain/title.ts";
import { videoIdOf } from "../../domain/youtube.ts";
import type { Operation } from "./operations.ts";
import { byId, keyHeaders, pageQuery } from "./requests.ts";

const line = (maxLength: number) =>
  z
    .string("must be text")
    .max(4096, "is too long")
    .transform(tidyLine)
    .superRefine((text, context) => {
      const message = lineFault(text, maxLength);
      if (message) context.addIssue({ code: "custom", message });
    });

const video = z
  .string("must be text")
  .max(4096, "is too long")
  .transform((link, context) => {
    const id = videoIdOf(link.trim());
    if (id !== undefined) return id;
    context.addIssue({ code: "custom", message: "is no link to a YouTube video" });
    return z.NEVER;
  });

const type = z.enum(projectTypes, `is none of ${projectTypes.join(", ")}`);

/** Not a schema of blocks: parsing would copy them, and lose a key `__proto__`. `encodeNotes` judges them. */
const notes = z.unknown().meta({ type: "array", items: { type: "object", additionalProperties: {} } });

const facts = {
  label: line(maxLabelLength).nullable().optional(),
  src: video.nullable().optional().meta({ description: "A link to a YouTube video." }),
  mediaId: byId.shape.id.nullable().optional(),
  type: type.optional().meta({ description: "Refused unless it is the type by media or video." }),
};

const newProject = z.object({ title: line(maxTitleLength), ...facts, notes: notes.optional() });
const change = z.object({ title: line(maxTitleLength).optional(), ...facts });

const ifMatch = z.string().optional().meta({ description: "The ETag of what the change replaces." });
const changeHeaders = z.object({ "if-match": ifMatch });
const createHeaders = keyHeaders(
  "Made for this project; a call that is repeated with it adds nothing more, and gets that project as it is now.",
);
const keyOfSave = keyHeaders(
  "Made for this save; if a repetition is refused as stale, `current.saved` is the version as which the first call arrived.",
);
const saveHeaders = changeHeaders.extend(keyOfSave.shape);
const getHeaders = z.object({
  "if-none-match": z.string().optional().meta({ description: "The ETag of what the caller has." }),
});

const flag = z
  .string("must be given once")
  .superRefine((text, context) => {
    const message = "is neither true nor false";
    if (text !== "true" && text !== "false")
      context.addIssue({ code: "invalid_type", expected: "boolean", message });
  })
  .optional();

const query = pageQuery.extend({
  q: z
    .string("must be given once")
    .max(maxTitleLength, "is too long")
    .optional()
    .meta({ description: "A part of the title." }),
  type: type.optional(),
  bin: flag,
});

const shapeOfVersion = /^[1-9]\d{0,8}$/;
/** Text that is not shaped like a version names none. */
const byVersion = byId.extend({
  version: z.string().transform((text) => (shapeOfVersion.test(text) ? Number(text) : 0)),
});

const project = z
  .object({
    id: z.string(),
    etag: z.string().meta({ description: "As in the header ETag; what the next change replaces." }),
    title: z.string(),
    type: z.enum(projectTypes),
    label: z.string().nullable(),
    src: z.url().nullable(),
    mimetype: z.string().nullable(),
    media: z.object({ id: z.string(), name: z.string(), bytes: z.int() }).strict().nullable(),
    version: z.int(),
    notesBytes: z.int(),
    notesSha256: z.string(),
    device: z.string(),
    createdAt: z.iso.datetime(),
    savedAt: z.iso.datetime(),
    deletedAt: z.iso.datetime().nullable().meta({ description: "Since when it is in the bin." }),
  })
  .strict();
const version = z
  .object({ version: z.int(), savedAt: z.iso.datetime(), bytes: z.int(), device: z.string() })
  .strict();

const oneProject = z.object({ project }).strict();
const wholeProject = z.object({ project, notes }).strict();
const list = z
  .object({
    items: z.array(project),
    cursor: z.string().optional().meta({ description: "Where the next page begins; none after the last." }),
  })
  .strict();

const changeRefusals = [
  "not_signed_in",
  "not_found",
  "version_required",
  "stale_version",
  "in_bin",
  "quota_exceeded",
] as const;

/** The operations of projects, by name. */
export const projectOperations = {
  listProjects: {
    method: "get",
    path: "/projects",
    summary: "Projects of the account, or those in its bin, a page at a time, the last saved first",
    proof: "bearer",
    query,
    status: 200,
    answer: list,
    refusals: ["not_signed_in"],
  },
  createProject: {
    method: "post",
    path: "/projects",
    summary: "Add a project; the same key again returns the project that the first call added",
    proof: "bearer",
    headers: createHeaders,
    body: newProject,
    status: 201,
    answer: oneProject,
    refusals: [
      "not_signed_in",
      "title_taken",
      "media_gone",
      "quota_exceeded",
      "notes_too_large",
      "too_many_requests",
    ],
  },
  getProject: {
    method: "get",
    path: "/projects/:id",
    summary: "One project with its notes, also of the bin; 304 if the caller has it",
    proof: "bearer",
    headers: getHeaders,
    params: byId,
    status: 200,
    answer: wholeProject,
    others: { 304: undefined },
    refusals: ["not_signed_in", "not_found", "notes_missing"],
  },
  saveNotes: {
    method: "put",
    path: "/projects/:id/notes",
    summary:
      "Replace the notes as the next version; the same notes change nothing. 412 has what is there now as `current`",
    proof: "bearer",
    headers: saveHeaders,
    params: byId,
    body: z.object({ notes }),
    status: 200,
    answer: oneProject,
    refusals: [...changeRefusals, "notes_too_large", "too_many_requests"],
  },
  changeProject: {
    method: "patch",
    path: "/projects/:id",
    summary: "Change what the body names; null clears it. A link replaces media, and the reverse",
    proof: "bearer",
    headers: changeHeaders,
    params: byId,
    body: change,
    status: 200,
    answer: oneProject,
    refusals: [...changeRefusals, "title_taken", "media_gone"],
  },
  removeProject: {
    method: "delete",
    path: "/projects/:id",
    summary: "Move a project into the bin, or remove it with its versions and unused media",
    proof: "bearer",
    params: byId,
    query: z.object({ forever: flag }),
    status: 204,
    refusals: ["not_signed_in", "not_found"],
  },
  restoreProject: {
    method: "post",
    path: "/projects/:id/restore",
    summary: "Take a project out of the bin",
    proof: "bearer",
    params: byId,
    status: 200,
    answer: oneProject,
    refusals: ["not_signed_in", "not_found", "title_taken"],
  },
  listVersions: {
    method: "get",
    path: "/projects/:id/versions",
    summary: "The kept versions of a project's notes, the newest first",
    proof: "bearer",
    params: byId,
    status: 200,
    answer: z.object({ items: z.array(version) }).strict(),
    refusals: ["not_signed_in", "not_found"],
  },
  getVersion: {
    method: "get",
    path: "/projects/:id/versions/:version",
    summary: "One kept version with its notes",
    proof: "bearer",
    params: byVersion,
    status: 200,
    answer: z.object({ version, notes }).strict(),
    refusals: ["not_signed_in", "not_found", "notes_missing"],
  },
} as const satisfies Record<string, Operation>;
