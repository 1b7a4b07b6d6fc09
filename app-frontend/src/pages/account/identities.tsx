import { useEffect, useRef, useState } from "react";
import {
  type Identities as Found,
  type Identity,
  type Provider,
  linkIdentity,
  removeIdentity,
} from "../../api/providers.ts";
import { hasCode } from "../../api/error.ts";
import { longDate } from "../../format/dates.ts";
import { useSubmission } from "../../forms/use-submission.ts";
import { useSession } from "../../session/session.tsx";
import { Button } from "../../ui/button.tsx";
import { ErrorMessage, Notice } from "../../ui/message.tsx";
import { Retry } from "../../ui/retry.tsx";
import { Section } from "../../ui/section.tsx";
import { useFocusFallback } from "../../ui/use-focus-fallback.ts";
import { useProviders } from "../provider-buttons.tsx";
import { providerFailure } from "../provider-failure.ts";
import type { Loaded } from "./use-loaded.ts";
import { useStepUp } from "./use-step-up.tsx";

/** The sites by which the account signs in. Not shown where there are none. */
export function Identities({ found, error, loading, load }: Loaded<Found>) {
  const providers = useProviders();
  const heading = useRef<HTMLHeadingElement>(null);
  const focusFallback = useFocusFallback(() => heading.current);
  const [search] = useState(() => location.search);
  const [removed, setRemoved] = useState<string>();
  const items = found?.value.items ?? [];
  const failure = providerFailure(search);
  const isShown = providers.length > 0 || items.length > 0;
  const says = (word: string) => new URLSearchParams(search).has(word);
  const cameBack = failure !== undefined || says("linked") || says("proven");

  useEffect(() => {
    if (isShown && cameBack) heading.current?.focus(); // the page would show its beginning
  }, [isShown, cameBack]);

  async function onRemoved(provider: string) {
    await load();
    setRemoved(provider);
    heading.current?.focus(); // the button that had the focus is gone
  }

  if (!isShown) return null;
  return (
    <Section
      title="Sign in with another site"
      intro="People who can sign in as you there can sign in here. Remove what is not yours."
      heading={heading}
    >
      {failure && <Notice>{failure}</Notice>}
      {says("proven") && <Notice>Confirmed. For the next 10 minutes you will not be asked again.</Notice>}
      <div {...focusFallback}>
        <Retry error={error} busy={loading} onRetry={async () => void (await load())} />
      </div>
      {items.length > 0 && (
        <ul className="sessions">
          {items.map((each) => (
            <Item key={each.id} identity={each} onRemoved={() => onRemoved(each.provider)} />
          ))}
        </ul>
      )}
      <p role="status" className="small">
        {removed && `Removed: ${removed}.`}
      </p>
      {providers.map((provider) => (
        <LinkButton key={provider.id} provider={provider} />
      ))}
    </Section>
  );
}

function Item({ identity, onRemoved }: { identity: Identity; onRemoved: () => Promise<void> }) {
  const { provider, email, createdAt, removable } = identity;
  const session = useSession();
  const stepUp = useStepUp();
  const { busy, failure, submit } = useSubmission([]);

  async function remove() {
    const call = () => session.withAccessToken((token) => removeIdentity(token, identity));
    await stepUp.proving(call).catch((error: unknown) => {
      if (!hasCode(error, "not_found")) throw error; // removed already
    });
    await onRemoved();
  }

  return (
    <li>
      <div>
        <strong>{provider}</strong>
        <span className="small">
          {email && `${email} · `}
          Added on {longDate(createdAt)}
        </span>
        {!removable && (
          <span className="small">Your account has no password: this is the only way into it.</span>
        )}
        <ErrorMessage error={failure.form} />
      </div>
      {removable && (
        <Button variant="quiet" busy={busy} onClick={() => void submit({}, remove)}>
          Remove<span className="visually-hidden"> {provider}</span>
        </Button>
      )}
      {stepUp.dialog}
    </li>
  );
}

function LinkButton({ provider }: { provider: Provider }) {
  const session = useSession();
  const stepUp = useStepUp();
  const { busy, failure, submit } = useSubmission([]);

  async function leave() {
    const call = () => session.withAccessToken((token) => linkIdentity(token, provider));
    location.assign(await stepUp.proving(call));
  }

  return (
    <>
      <div className="buttons">
        <Button variant="quiet" busy={busy} onClick={() => void submit({}, leave)}>
          Add {provider.name}
        </Button>
      </div>
      <ErrorMessage error={failure.form} />
      {stepUp.dialog}
    </>
  );
}
