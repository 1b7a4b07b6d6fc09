import type { Operations } from "./schema.ts";

/** A note with optional media. Times are ISO 8601. */
export type Project = Operations["createProject"]["response"]["project"];
export type ProjectType = Project["type"];

/** A block of the editor, of a type that we may not know. */
export type Block = { readonly [name: string]: unknown };
export type Notes = readonly Block[];

export type Version = Operations["listVersions"]["response"]["items"][number];

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
