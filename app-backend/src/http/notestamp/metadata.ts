import { z } from "zod";
import type { Project, ProjectType } from "../../domain/project.ts";
import { lineFault, maxLabelLength, maxTitleLength, tidyLine } from "../../domain/title.ts";
import { videoLink } from "../../domain/youtube.ts";

/** A project as the client knows it. It spreads these into the properties of its players: no other key may be there. */
export interface Metadata {
  readonly title: string;
  readonly type: "audio" | "pdf" | "youtube";
  readonly label: string;
  readonly src: string;
  /** Absent without media. */
  readonly mimetype?: string;
}

/** Its player of sound plays videos too, and one for projects without media it has not. */
const types: Record<ProjectType, Metadata["type"]> = {
  audio: "audio",
  video: "audio",
  pdf: "pdf",
  youtube: "youtube",
  none: "youtube",
};

/** The client's own, for projects that were made on the page. */
const labels = { audio: "Audio Player", pdf: "Pdf Reader", youtube: "YouTube Player" };

export function metadataOf({ title, type, label, videoId, media }: Project): Metadata {
  const shown = types[type];
  return {
    ...{ title, type: shown, label: label ?? labels[shown] },
    src: videoId === null ? "" : videoLink(videoId),
    ...(media && { mimetype: media.contentType }),
  };
}

/** Like `metadataOf`, with the address of the media. */
export function openedMetadataOf(project: Project, origin: string): Metadata {
  const metadata = metadataOf(project);
  if (!project.media) return metadata;
  const route = metadata.type === "audio" ? "stream-audio" : "media-file";
  return { ...metadata, src: `${origin}/home/${route}/${encodeURIComponent(metadata.title)}` };
}

const text = z.string("must be text").max(4096, "is too long");
const line = text.transform(tidyLine);
const faultOf = (maxLength: number, typed: string, context: z.RefinementCtx) => {
  const message = lineFault(typed, maxLength);
  if (message) context.addIssue({ code: "custom", message });
};
const title = line.superRefine((typed, context) => faultOf(maxTitleLength, typed, context));

export const named = z.object({ name: title });
export const inPath = z.object({ title });

/** What is saved. The type follows from the media; what is not named here is dropped. */
export const savedMetadata = z.object({
  title,
  label: line
    .superRefine((typed, context) => (typed === "" ? undefined : faultOf(maxLabelLength, typed, context)))
    .transform((typed) => typed || null)
    .nullish(),
  // The client cuts the time out of `watch?t=12&v=`, the link that a player shows.
  src: text.transform((link) => link.replace("/watch&v=", "/watch?v=")).nullish(),
});

/** The fields of the form. A file that is a short text, such as `null`, is none; one that was sent without a name is refused. */
export const savedForm = z.object({
  metadata: z.string("must be text"),
  content: z.string("must be text"),
  mediaFile: z.string("must be one").max(255, "is no file").optional(),
});
