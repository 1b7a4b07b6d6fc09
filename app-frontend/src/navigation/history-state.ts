import { projectIdIn } from "./paths.ts";

/** What a page passes to the next one. It is kept in the history entry, because addresses are visible and logged. */
export type HistoryState = {
  email?: string;
  notice?: Notice;
  /** The path of a project to go back to after signing in. */
  returnTo?: string;
};

export type Notice = "confirmed" | "reset";

const notices: readonly unknown[] = ["confirmed", "reset"] satisfies Notice[];

/** Parses a history entry's state, which another release may have written. */
export function parseHistoryState(state: unknown): HistoryState {
  if (typeof state !== "object" || state === null) return {};
  const { email, notice, returnTo } = state as Record<string, unknown>;
  return {
    ...(typeof email === "string" && { email }),
    ...(typeof returnTo === "string" && projectIdIn(returnTo) !== undefined && { returnTo }),
    ...(notices.includes(notice) && { notice: notice as Notice }),
  };
}
