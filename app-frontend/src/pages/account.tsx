import * as api from "../api/account.ts";
import { getFactors } from "../api/factors.ts";
import { listIdentities } from "../api/providers.ts";
import { longDate } from "../format/dates.ts";
import { paths } from "../navigation/paths.ts";
import { Link } from "../navigation/router.tsx";
import { Notice } from "../ui/message.tsx";
import { Page } from "../ui/page.tsx";
import { AccountPicture } from "./account/picture.tsx";
import { FirstPassword } from "./account/first-password.tsx";
import { Passkeys } from "./account/passkeys.tsx";
import { ChangePassword } from "./account/password.tsx";
import { Profile } from "./account/profile.tsx";
import { Identities } from "./account/identities.tsx";
import { RemoveAccount } from "./account/remove-account.tsx";
import { CodesNotice } from "./account/codes-notice.tsx";
import { Security } from "./account/security.tsx";
import { Sessions } from "./account/sessions.tsx";
import { useLoaded } from "./account/use-loaded.ts";
import { CodeSource } from "./code-source.tsx";
import { useSettings } from "./use-settings.ts";

export function Account({ account }: { account: api.Account }) {
  const sessions = useLoaded(api.listSessions);
  const factors = useLoaded(getFactors);
  const identities = useLoaded(listIdentities);
  const hasPassword = identities.found?.value.hasPassword ?? true;
  return (
    <Page title="Your page">
      {!account.confirmed && <Unconfirmed />}
      <CodesNotice codes={factors.found?.value.recoveryCodes} />
      <div className="columns portrait">
        <AccountPicture src={account.imageUrl} />
        <Facts account={account} />
      </div>
      <Profile account={account} />
      {hasPassword ? (
        <ChangePassword email={account.email} onChanged={sessions.load} />
      ) : (
        <FirstPassword
          email={account.email}
          onSet={() => Promise.all([identities.load(), sessions.load()])}
        />
      )}
      <Security email={account.email} onEnrolled={sessions.load} {...factors} />
      <Passkeys email={account.email} onChanged={() => Promise.all([factors.load(), sessions.load()])} />
      <Identities {...identities} />
      <Sessions {...sessions} />
      <RemoveAccount id={account.id} email={account.email} hasPassword={hasPassword} />
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
