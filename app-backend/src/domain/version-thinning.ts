import type { ProjectVersion } from "./project.ts";

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** The newest are kept at any age, and at most `maxVersions` in all. */
export const alwaysKept = 20;
const maxVersions = 50;

/**
 * The versions that are no longer kept: beside the newest 20 the last of each hour is, for a day, and the last of each
 * day, for 30 days. Whatever the clock did, order is by version.
 */
export function thinned<Version extends Pick<ProjectVersion, "version" | "savedAt">>(
  versions: readonly Version[],
  at: Date,
): Version[] {
  const ordered = versions.toSorted((one, other) => other.version - one.version);
  const seen = new Set<string>();
  const isKept = ({ savedAt }: Version, index: number): boolean => {
    const ageMs = at.getTime() - savedAt.getTime();
    const hour = `hour ${Math.floor(savedAt.getTime() / hourMs)}`;
    const day = `day ${Math.floor(savedAt.getTime() / dayMs)}`;
    const isLast = (ageMs < dayMs && !seen.has(hour)) || (ageMs < 30 * dayMs && !seen.has(day));
    seen.add(hour).add(day);
    return index < alwaysKept || isLast;
  };
  const kept = new Set(ordered.filter(isKept).slice(0, maxVersions));
  return ordered.filter((version) => !kept.has(version));
}
