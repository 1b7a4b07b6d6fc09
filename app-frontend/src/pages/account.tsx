import { useState } from "react";
import type * as api from "../api.ts";
import type { ApiError } from "../api-error.ts";
import { failureOf } from "../form-errors.ts";
import { useSession } from "../session.tsx";
import { Button } from "../ui/button.tsx";
import { ErrorMessage } from "../ui/message.tsx";
import { Page } from "../ui/page.tsx";
import { Picture } from "../ui/picture.tsx";
import { SlowNotice } from "../ui/slow-notice.tsx";

export function Account({ account }: { account: api.Account }) {
  const session = useSession();
  return (
    <Page title="Your page">
      <div className="columns portrait">
        <Picture src={account.imageUrl} alt="Your picture" onStale={() => session.reload()} />
        <div>
          <dl>
            <dt>Email</dt>
            <dd>{account.email}</dd>
            <dt>Member since</dt>
            <dd>
              <time dateTime={account.createdAt}>{longDate(account.createdAt)}</time>
            </dd>
          </dl>
          <SignOut />
        </div>
      </div>
    </Page>
  );
}

function SignOut() {
  const session = useSession();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ApiError>();

  async function signOut() {
    setBusy(true);
    setError(undefined);
    await session.signOut().catch((cause: unknown) => setError(failureOf(cause, []).form));
    setBusy(false);
  }

  return (
    <>
      <ErrorMessage error={error}>You are still signed in.</ErrorMessage>
      <Button quiet busy={busy} onClick={() => void signOut()}>
        Sign out
      </Button>
      <SlowNotice active={busy} />
    </>
  );
}

function longDate(iso: string): string {
  return new Intl.DateTimeFormat("en-GB", { dateStyle: "long" }).format(new Date(iso));
}
