import type * as api from "../api/account.ts";
import { longDate } from "../format/dates.ts";
import { paths } from "../navigation/paths.ts";
import { Link } from "../navigation/router.tsx";
import { Notice } from "../ui/message.tsx";
import { Page } from "../ui/page.tsx";
import { AccountPicture } from "./account/picture.tsx";
import { ChangePassword } from "./account/password.tsx";
import { Profile } from "./account/profile.tsx";
import { RemoveAccount } from "./account/remove-account.tsx";
import { Sessions, useSessions } from "./account/sessions.tsx";
import { CodeSource } from "./code-source.tsx";
import { useSettings } from "./use-settings.ts";

export function Account({ account }: { account: api.Account }) {
  const sessions = useSessions();
  return (
    <Page title="Your page">
      {!account.confirmed && <Unconfirmed />}
      <div className="columns portrait">
        <AccountPicture src={account.imageUrl} />
        <Facts account={account} />
      </div>
      <Profile account={account} />
      <ChangePassword email={account.email} onChanged={sessions.load} />
      <Sessions {...sessions} />
      <RemoveAccount id={account.id} email={account.email} />
    </Page>
  );
}

function Unconfirmed() {
  const settings = useSettings();
  return (
    <Notice>
      <strong>Confirm your address.</strong>{" "}
      <CodeSource settings={settings} mailed="We emailed you a code." />{" "}
      <Link to={paths.confirm()}>Enter the code</Link>
    </Notice>
  );
}

/** The address comes first: the rehearsal with a browser reads it there. */
function Facts({ account }: { account: api.Account }) {
  const name = [account.firstName, account.lastName].filter(Boolean).join(" ");
  return (
    <dl>
      <dt>
        Email <span className="badge">{account.confirmed ? "Confirmed" : "Not confirmed"}</span>
      </dt>
      <dd>{account.email}</dd>
      {account.username && (
        <>
          <dt>Username</dt>
          <dd>{account.username}</dd>
        </>
      )}
      {name && (
        <>
          <dt>Name</dt>
          <dd>{name}</dd>
        </>
      )}
      <dt>Member since</dt>
      <dd>
        <time dateTime={account.createdAt}>{longDate(account.createdAt)}</time>
      </dd>
    </dl>
  );
}
