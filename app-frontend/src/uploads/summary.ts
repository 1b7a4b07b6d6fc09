import type { UploadState } from "./queue.ts";

/** The progress of the uploads in a sentence; empty if there were none. */
export function uploadSummary({ uploads, added }: UploadState): string {
  const failed = uploads.filter(({ status }) => status === "failed").length;
  const left = uploads.length - failed;
  const all = added + uploads.length;
  const lost = failed > 0 ? ` ${pictures(failed)} could not be added.` : "";
  if (left > 0) return `Adding pictures: ${added} of ${all} done.${lost}`;
  return added > 0 ? `${pictures(added)} added.${lost}` : lost.trim();
}

function pictures(count: number): string {
  return count === 1 ? "1 picture" : `${count} pictures`;
}
