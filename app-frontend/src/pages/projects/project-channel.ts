import type { DraftPlace } from "../../session/drafts.ts";

/** Messages between tabs. They name projects and hold no text. */
type Message = { kind: "asks" | "holds" | "saved"; accountId: string; projectId: string; tab: string };

export type Channel = Pick<BroadcastChannel, "postMessage" | "addEventListener" | "close">;

const answerMs = 100;

/** What tabs with the same project tell each other. Without a channel each is alone. */
export function projectChannel(place: DraftPlace, channel: Channel | undefined, onSaved: () => void) {
  const others = new Set<string>();
  let isOpen = true; // the last save may be answered after the page was left
  const send = (kind: Message["kind"]) =>
    isOpen && channel?.postMessage({ kind, ...place } satisfies Message);

  channel?.addEventListener("message", ({ data }: MessageEvent<Message>) => {
    if (data.accountId !== place.accountId || data.projectId !== place.projectId) return;
    if (data.kind === "asks") send("holds");
    if (data.kind === "holds") others.add(data.tab);
    if (data.kind === "saved") onSaved();
  });

  return {
    /** The tabs that have this project open. A tab that does not answer is closed or asleep. */
    async openTabs(): Promise<ReadonlySet<string>> {
      send("asks");
      if (channel) await new Promise((resolve) => setTimeout(resolve, answerMs));
      return others;
    },
    saved: () => send("saved"),
    close() {
      isOpen = false;
      channel?.close();
    },
  };
}
