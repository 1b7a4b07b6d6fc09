import { Suspense, lazy, useCallback, useRef, useState } from "react";
import { type Enrolment as Key, type Factors, replaceRecoveryCodes, enrolTotp } from "../../api/factors.ts";
import { hasCode } from "../../api/error.ts";
import { longDate, timeAgo } from "../../format/dates.ts";
import { useSubmission } from "../../forms/use-submission.ts";
import { useSession } from "../../session/session.tsx";
import { Button } from "../../ui/button.tsx";
import { ErrorMessage } from "../../ui/message.tsx";
import { Retry } from "../../ui/retry.tsx";
import { Section } from "../../ui/section.tsx";
import { SlowNotice } from "../../ui/slow-notice.tsx";
import { useFocusFallback } from "../../ui/use-focus-fallback.ts";
import { usePageHide } from "../../ui/use-page-hide.ts";
import { anchor, codesProblem } from "./codes-notice.tsx";
import { FactorEvents } from "./factor-events.tsx";
import { Phone } from "./phone.tsx";
import { RecoveryCodes } from "./recovery-codes.tsx";
import { RemoveFactor } from "./remove-factor.tsx";
import type { Loaded } from "./use-loaded.ts";
import { useStepUp } from "./use-step-up.tsx";
import "../../styles/security.css";

/** Loaded when it is needed: it draws the QR code. */
const Enrolment = lazy(async () => ({ default: (await import("./enrolment.tsx")).Enrolment }));

/** What is shown once: the key of an app, or recovery codes. It is kept nowhere else. */
type Shown = { enrolment: Key } | { codes: readonly string[] };

type SecurityProps = Loaded<Factors> & {
  email: string;
  /** Called when an app was enrolled, which ends all other sessions. */
  onEnrolled: () => unknown;
};

export function Security({ email, onEnrolled, found, error, loading, load }: SecurityProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  const focusFallback = useFocusFallback(() => heading.current);
  const session = useSession();
  const stepUp = useStepUp();
  const { busy, failure, submit } = useSubmission([]);
  const [shown, setShown] = useState<Shown>();
  const [asksRemoval, setAsksRemoval] = useState(false);
  const forget = useCallback(() => setShown(undefined), []);
  usePageHide(forget, load);
  const factors = found?.value;

  /** Makes a call that needs a proof, and shows what the server returns once. */
  async function show(call: (accessToken: string) => Promise<Shown>) {
    setShown(await stepUp.proving(() => session.withAccessToken(call)));
  }

  const enrol = () => show(async (token) => ({ enrolment: await enrolTotp(token) }));
  const start = () => void submit({}, enrol);

  async function replaceCodes() {
    try {
      await show(async (token) => ({ codes: await replaceRecoveryCodes(token) }));
    } catch (error) {
      await load(); // without the answer there may be codes that no one has seen
      throw error;
    }
  }

  function onConfirmed(codes: readonly string[] | undefined) {
    setShown(codes && { codes });
    void onEnrolled();
  }

  function onPhoneChanged(codes: readonly string[]) {
    if (codes.length > 0) setShown({ codes });
    void load();
    void onEnrolled();
  }

  function onKept() {
    setShown(undefined);
    void load();
  }

  function onRemoved() {
    setAsksRemoval(false);
    void load();
  }

  if (hasCode(error, "not_found")) return null; // an API of the release before
  return (
    <Section
      title="Two-step sign-in"
      intro="Besides your password, a code from an app on your phone. A stolen password alone then signs no one in."
      anchor={anchor}
      heading={heading}
    >
      <div {...focusFallback}>
        <Retry error={error} busy={loading} onRetry={load} />
        {!factors && !error && <p className="loading">Loading…</p>}
        {shown && "enrolment" in shown && (
          <Suspense fallback={<p className="loading">One moment…</p>}>
            <Enrolment
              key={shown.enrolment.secret}
              enrolment={shown.enrolment}
              before={factors?.totp?.enrolledAt}
              load={load}
              onDone={onConfirmed}
              onRestart={start}
              onCancel={forget}
            />
          </Suspense>
        )}
        {shown && "codes" in shown && <RecoveryCodes email={email} codes={shown.codes} onKept={onKept} />}
        {factors && !shown && (
          <>
            <State factors={factors} nowMs={found.atMs} />
            <Actions
              factors={factors}
              busy={busy}
              onStart={start}
              onReplaceCodes={() => void submit({}, replaceCodes)}
              onRemove={() => setAsksRemoval(true)}
            />
            <Phone phone={factors.phone} onChanged={onPhoneChanged} />
          </>
        )}
        <ErrorMessage error={failure.form} />
        <SlowNotice active={busy && !stepUp.dialog} />
      </div>
      {factors && <FactorEvents events={factors.events} />}
      {stepUp.dialog}
      {asksRemoval && <RemoveFactor onRemoved={onRemoved} onClose={() => setAsksRemoval(false)} />}
    </Section>
  );
}

function State({ factors: { totp, phone, recoveryCodes }, nowMs }: { factors: Factors; nowMs: number }) {
  const problem = codesProblem(recoveryCodes);
  return (
    <div className="factor-state">
      <p>
        {totp ? (
          <>
            <strong>On</strong> since {longDate(totp.enrolledAt)}.{" "}
            {totp.lastUsedAt && `A code of the app was last used ${timeAgo(totp.lastUsedAt, nowMs)}.`}
          </>
        ) : phone ? (
          <>
            <strong>On</strong>, by text message. An app is safer.
          </>
        ) : (
          <>
            <strong>Off.</strong> Turning it on signs you out on all your other devices.
          </>
        )}
      </p>
      {recoveryCodes && (
        <p className={problem && "field-error"}>
          {problem ?? `${recoveryCodes.left} recovery codes left.`}{" "}
          {problem && "New ones replace all former ones."}
        </p>
      )}
    </div>
  );
}

type ActionsProps = {
  factors: Factors;
  busy: boolean;
  onStart: () => void;
  onReplaceCodes: () => void;
  onRemove: () => void;
};

function Actions({
  factors: { totp, phone, recoveryCodes },
  busy,
  onStart,
  onReplaceCodes,
  onRemove,
}: ActionsProps) {
  const newCodes = recoveryCodes && (
    <Button
      busy={busy}
      {...(!codesProblem(recoveryCodes) && { variant: "quiet" as const })}
      onClick={onReplaceCodes}
    >
      Get new recovery codes
    </Button>
  );
  if (!totp) {
    return (
      <div className="buttons">
        <Button busy={busy} onClick={onStart}>
          {phone ? "Turn on codes of an app" : "Turn on two-step sign-in"}
        </Button>
        {newCodes}
      </div>
    );
  }
  return (
    <div className="buttons">
      {newCodes}
      <Button variant="quiet" busy={busy} onClick={onStart}>
        Use another app
      </Button>
      <Button variant="quiet" busy={busy} onClick={onRemove}>
        Turn off
      </Button>
    </div>
  );
}
