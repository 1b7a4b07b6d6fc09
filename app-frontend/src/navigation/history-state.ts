/** What a page hands to the next one. It is kept with the history's entry: an address is seen and logged. */
export type HistoryState = { email?: string; notice?: Notice };

export type Notice = "confirmed" | "reset";

const notices: readonly unknown[] = ["confirmed", "reset"] satisfies Notice[];

/** Reads a history entry's state, which may be of an older release or of none. */
export function parseHistoryState(state: unknown): HistoryState {
  if (typeof state !== "object" || state === null) return {};
  const { email, notice } = state as Record<string, unknown>;
  return {
    ...(typeof email === "string" && { email }),
    ...(notices.includes(notice) && { notice: notice as Notice }),
  };
}
