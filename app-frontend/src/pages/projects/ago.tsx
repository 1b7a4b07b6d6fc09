import { useState } from "react";
import { timeAgo } from "../../format/dates.ts";

/** How long ago something was when this was first shown. */
export function Ago({ iso }: { iso: string }) {
  const [nowMs] = useState(() => Date.now());
  return <time dateTime={iso}>{timeAgo(iso, nowMs)}</time>;
}
