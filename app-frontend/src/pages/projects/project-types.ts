import type { ProjectType } from "../../api/project-types.ts";

/** How each type of project reads. */
export const typeNames: Record<ProjectType, string> = {
  audio: "Audio",
  video: "Video",
  pdf: "PDF",
  youtube: "YouTube",
  none: "Notes only",
};
