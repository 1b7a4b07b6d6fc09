import { useRef, useState } from "react";
import * as api from "../../api/account.ts";
import { hasCode } from "../../api/error.ts";
import { longDate, timeAgo } from "../../format/dates.ts";
import { useSession } from "../../session/session.tsx";
import { useSignOut } from "../../session/use-sign-out.tsx";
import { Button } from "../../ui/button.tsx";
import { ErrorMessage } from "../../ui/message.tsx";
import { Retry } from "../../ui/retry.tsx";
import { Section } from "../../ui/section.tsx";
import { useFocusFallback } from "../../ui/use-focus-fallback.ts";
import { useSubmission } from "../../forms/use-submission.ts";
import type { Loaded } from "./use-loaded.ts";

export function Sessions({ found: list, error, loading, load }: Loaded<api.Session[]>) {
  const heading = useRef<HTMLHeadingElement>(null);
  const focusFallback = useFocusFallback(() => heading.current);
  const [ended, setEnded] = useState<string>();
  const signOut = useSignOut({ everywhere: true });

  async function onEnded(device: string) {
    await load();
    setEnded(device);
    heading.current?.focus(); // the button that had the focus is gone
  }

  return (
    <Section
      title="Where you are signed in"
      intro="If you see a device that is not yours, sign it out, then change your password."
      heading={heading}
    >
      <div {...focusFallback}>
        <Retry error={error} busy={loading} onRetry={load} />
      </div>
      {!list && !error && <p className="loading">Loading your devices…</p>}
      <ul className="sessions">
        {list?.value.map((each) => (
          <Item key={each.id} session={each} nowMs={list.atMs} onEnded={() => onEnded(each.device)} />
        ))}
      </ul>
      {list?.value.length === 1 && <p className="small">You are not signed in anywhere else.</p>}
      <p role="status" className="small">
        {ended && `Signed out: ${ended}.`}
      </p>
      {signOut.outcome}
      {signOut.button}
    </Section>
  );
}

type ItemProps = { session: api.Session; nowMs: number; onEnded: () => Promise<void> };

/** The server rounds times of use to 10 minutes, so a recent use may be up to 20 minutes old. */
const inUseMs = 10 * 60_000;

function lastUse({ current, lastUsedAt }: api.Session, nowMs: number): string {
  if (current) return "In use now";
  if (nowMs - Date.parse(lastUsedAt) < inUseMs) return "Used in the last 20 minutes";
  return `Last used ${timeAgo(lastUsedAt, nowMs)}`;
}

function Item({ session: item, nowMs, onEnded }: ItemProps) {
  const { id, device, address, retriedAt, current } = item;
  const session = useSession();
  const { busy, failure, submit } = useSubmission([]);

  async function end() {
    await session.withAccessToken((token) => api.endSession(token, id)).catch(ignoreMissing);
    await onEnded();
  }

  return (
    <li>
      <div>
        <strong>{device}</strong> {current && <span className="badge">This device</span>}
        <span className="small">
          {address && `${address} · `}
          {lastUse(item, nowMs)}
        </span>
        {retriedAt && (
          <span className="small">
            Renewed twice on {longDate(retriedAt)}. A lost connection or two open tabs explain it; if they do
            not, sign this device out and change your password.
          </span>
        )}
        <ErrorMessage error={failure.form} />
      </div>
      {!current && (
        <Button variant="quiet" busy={busy} onClick={() => void submit({}, end)}>
          Sign out<span className="visually-hidden"> {device}</span>
        </Button>
      )}
    </li>
  );
}

/** A missing session has already ended. */
function ignoreMissing(error: unknown) {
  if (!hasCode(error, "not_found")) throw error;
}
