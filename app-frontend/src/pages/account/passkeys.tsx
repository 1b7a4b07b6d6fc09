import { useId, useRef, useState } from "react";
import {
  addPasskey,
  beginPasskey,
  listPasskeys,
  type Passkey,
  removePasskey,
  renamePasskey,
} from "../../api/passkeys.ts";
import { hasCode } from "../../api/error.ts";
import { longDate, timeAgo } from "../../format/dates.ts";
import { useForm } from "../../forms/use-form.ts";
import { useSubmission } from "../../forms/use-submission.ts";
import { createPasskey, hasPasskeys } from "../../passkeys/authenticator.ts";
import { useSession } from "../../session/session.tsx";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Form, Submit } from "../../ui/form.tsx";
import { ErrorMessage } from "../../ui/message.tsx";
import { Retry } from "../../ui/retry.tsx";
import { Section } from "../../ui/section.tsx";
import { TextField } from "../../ui/text-field.tsx";
import { useFocusFallback } from "../../ui/use-focus-fallback.ts";
import { useSettings } from "../use-settings.ts";
import { RecoveryCodes } from "./recovery-codes.tsx";
import { useLoaded } from "./use-loaded.ts";
import { useStepUp } from "./use-step-up.tsx";

const maxNameLength = 64;
const nameError = (name: string) => (name.trim() === "" ? "Enter a name." : undefined);

/** `onChanged` is called when one was added or removed: the factors of the account are others then. */
export function Passkeys({ email, onChanged }: { email: string; onChanged: () => unknown }) {
  const { found, error, loading, load } = useLoaded(listPasskeys);
  const settings = useSettings();
  const heading = useRef<HTMLHeadingElement>(null);
  const focusFallback = useFocusFallback(() => heading.current);
  const [codes, setCodes] = useState<readonly string[]>();
  const [outcome, setOutcome] = useState<string>();

  async function report(text: string) {
    await load();
    void onChanged();
    setOutcome(text);
    heading.current?.focus(); // the control that had the focus is gone
  }

  async function onAdded(name: string, recoveryCodes: readonly string[] | null) {
    setCodes(recoveryCodes ?? undefined);
    await report(`Added: ${name}.`);
  }

  function onKept() {
    setCodes(undefined);
    void onChanged();
  }

  if (hasCode(error, "not_found")) return null; // an API of the release before
  const isOfSite = settings?.passkeys;
  return (
    <Section
      title="Passkeys"
      intro="Sign in by fingerprint, face or PIN of a device, or by a security key: there is nothing to type and nothing to steal."
      heading={heading}
    >
      <div {...focusFallback}>
        <Retry error={error} busy={loading} onRetry={async () => void (await load())} />
      </div>
      <ul className="sessions">
        {found?.value.map((each) => (
          <Item key={each.id} passkey={each} nowMs={found.atMs} onChanged={report} />
        ))}
      </ul>
      <p role="status" className="small">
        {outcome}
      </p>
      {codes && <RecoveryCodes email={email} codes={codes} onKept={onKept} />}
      {isOfSite && hasPasskeys() && !codes && <Add onAdded={onAdded} />}
      {isOfSite && !hasPasskeys() && (
        <p className="small">This browser has no passkeys. Use a current one to add some.</p>
      )}
      {isOfSite === false && (
        <p className="small">
          This site has no domain with HTTPS, and browsers have no passkeys without one. Its operator can set
          a domain.
        </p>
      )}
    </Section>
  );
}

function Add({ onAdded }: { onAdded: (name: string, codes: readonly string[] | null) => Promise<void> }) {
  const session = useSession();
  const stepUp = useStepUp();
  const form = useForm({ name: "" }, { name: nameError });
  const [asked, setAsked] = useState(false);
  const id = useId();

  async function add() {
    const { name } = form.values;
    const begin = () => session.withAccessToken((token) => beginPasskey(token, { asked }));
    const credential = await createPasskey(await stepUp.proving(begin));
    const added = await session.withAccessToken((token) => addPasskey(token, { name, credential }));
    form.reset();
    await onAdded(added.passkey.name, added.recoveryCodes);
  }

  return (
    <>
      <Form form={form} onSubmit={() => void form.submit(add)}>
        <TextField
          label="Name of the new passkey"
          hint="So that you know it again, such as the device that keeps it."
          type="text"
          autoComplete="off"
          maxLength={maxNameLength}
          {...form.field("name")}
        />
        <p className="choice">
          <input id={id} type="checkbox" checked={asked} onChange={() => setAsked(!asked)} />
          <label htmlFor={id}>
            Ask for a passkey after my password too. This signs out my other devices.
          </label>
        </p>
        <Submit form={form}>Add a passkey</Submit>
      </Form>
      {stepUp.dialog}
    </>
  );
}

type ItemProps = { passkey: Passkey; nowMs: number; onChanged: (outcome: string) => Promise<void> };

function Item({ passkey, nowMs, onChanged }: ItemProps) {
  const { name, createdAt, lastUsedAt, alone, asked, usable } = passkey;
  const session = useSession();
  const stepUp = useStepUp();
  const { busy, failure, submit } = useSubmission([]);
  const [asksName, setAsksName] = useState(false);

  async function remove() {
    const call = () => session.withAccessToken((token) => removePasskey(token, passkey));
    await stepUp.proving(call).catch((error: unknown) => {
      if (!hasCode(error, "not_found")) throw error; // removed already
    });
    await onChanged(`Removed: ${name}. Remove it from your device too.`);
  }

  async function onRenamed(to: string) {
    setAsksName(false);
    await onChanged(`Renamed: ${to}.`);
  }

  return (
    <li>
      <div>
        <strong>{name}</strong> {asked && <span className="badge">Asked for after the password</span>}
        <span className="small">
          Added on {longDate(createdAt)} ·{" "}
          {lastUsedAt ? `Last used ${timeAgo(lastUsedAt, nowMs)}` : "Not used yet"}
          {!alone && " · Only after the password"}
        </span>
        {!usable && (
          <span className="small">It was made for another address of this site, and works only there.</span>
        )}
        <ErrorMessage error={failure.form} />
      </div>
      <div className="buttons">
        <Button variant="quiet" onClick={() => setAsksName(true)}>
          Rename<span className="visually-hidden"> {name}</span>
        </Button>
        <Button variant="quiet" busy={busy} onClick={() => void submit({}, remove)}>
          Remove<span className="visually-hidden"> {name}</span>
        </Button>
      </div>
      {asksName && <Rename passkey={passkey} onRenamed={onRenamed} onClose={() => setAsksName(false)} />}
      {stepUp.dialog}
    </li>
  );
}

type RenameProps = { passkey: Passkey; onRenamed: (to: string) => Promise<void>; onClose: () => void };

function Rename({ passkey, onRenamed, onClose }: RenameProps) {
  const session = useSession();
  const form = useForm({ name: passkey.name }, { name: nameError });

  async function rename() {
    const { name } = form.values;
    await session.withAccessToken((token) => renamePasskey(token, passkey, name));
    await onRenamed(name);
  }

  const cancel = (
    <Button variant="quiet" onClick={onClose}>
      Cancel
    </Button>
  );

  return (
    <Dialog title="Rename this passkey" onClose={onClose}>
      <Form form={form} onSubmit={() => void form.submit(rename)}>
        <TextField
          label="Name"
          type="text"
          autoComplete="off"
          maxLength={maxNameLength}
          {...form.field("name")}
        />
        <Submit form={form} beside={cancel}>
          Rename
        </Submit>
      </Form>
    </Dialog>
  );
}
