import { plural } from "./plural.ts";

const units = [
  ["day", 86_400],
  ["hour", 3600],
  ["minute", 60],
] as const;

/** A span of time in the largest unit of which it has two at least: `119 seconds`, `2 minutes`. */
export function duration(seconds: number): string {
  const [name, size] = units.find(([, length]) => seconds >= 2 * length) ?? (["second", 1] as const);
  return plural(Math.floor(seconds / size), name);
}
