// By hand, until the API's document describes these operations: then schema.ts has them.

export type ProjectType = "audio" | "video" | "pdf" | "youtube" | "none";

/** A note with optional media. Times are ISO 8601. */
export type Project = {
  id: string;
  etag: string;
  title: string;
  type: ProjectType;
  label: string | null;
  src: string | null;
  mimetype: string | null;
  media: { id: string; name: string; bytes: number } | null;
  version: number;
  notesBytes: number;
  notesSha256: string;
  device: string;
  createdAt: string;
  savedAt: string;
  deletedAt: string | null;
};

/** A block of the editor, of a type that we may not know. */
export type Block = { readonly [name: string]: unknown };
export type Notes = readonly Block[];

export type Version = { version: number; savedAt: string; bytes: number; device: string };

/** What a refused change would have replaced. `saved`: the same key's earlier attempt arrived as that version. */
export type Current = {
  etag: string;
  version: number;
  title: string;
  notesSha256: string;
  device: string;
  savedAt: string;
  saved: number | null;
};
