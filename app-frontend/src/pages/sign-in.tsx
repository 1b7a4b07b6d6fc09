import { Suspense, lazy, useEffect, useState } from "react";
import photoFrame from "../art/photo-frame.svg";
import type { Challenge } from "../api/account.ts";
import { messageFor } from "../api/error-messages.ts";
import { takeChallenge } from "../api/providers.ts";
import { hasCode } from "../api/error.ts";
import { emailError, passwordError } from "../forms/errors.ts";
import { paths } from "../navigation/paths.ts";
import { Link, navigate, useHistoryState } from "../navigation/router.tsx";
import type { Reason } from "../session/state.ts";
import { useSession } from "../session/session.tsx";
import { Form, Submit } from "../ui/form.tsx";
import { Notice } from "../ui/message.tsx";
import { Page } from "../ui/page.tsx";
import { PasswordField } from "../ui/password-field.tsx";
import { PhotoFrame } from "../ui/photo-frame.tsx";
import { TextField } from "../ui/text-field.tsx";
import { useForm } from "../forms/use-form.ts";
import { PasskeySignIn } from "./passkey-button.tsx";
import { ProviderButtons } from "./provider-buttons.tsx";
import { providerFailure } from "./provider-failure.ts";

/** Loaded when it is needed: most accounts sign in by one step. */
const SecondStep = lazy(async () => ({ default: (await import("./second-step.tsx")).SecondStep }));

const notices = {
  ended: "Your session has ended. Sign in again.",
  elsewhere: "You signed out in another tab.",
  removed: "Your account has been removed, along with its pictures and sessions.",
  confirmed: "Your address is confirmed. Sign in to continue.",
  reset: "Your new password is set. Sign in with it.",
};

/** The challenge is kept nowhere else: a reload begins with the password again. */
type Step = { email: string; challenge?: Challenge; isOver?: boolean };

export function SignIn({ because }: { because?: Reason | undefined }) {
  const { notice = because, email = "" } = useHistoryState();
  const [{ challenge, ...step }, setStep] = useState<Step>({ email });
  const [{ failed, isSecond }] = useState(cameBack);

  useEffect(() => {
    if (!isSecond) return;
    takeChallenge().then(
      (found) => setStep({ email: "", challenge: found }),
      () => setStep({ email: "", isOver: true }),
    );
  }, [isSecond]);

  function onBack(isOver: boolean) {
    setStep({ email: step.email, isOver });
    document.querySelector("h1")?.focus({ preventScroll: true });
  }

  return (
    <Page title={challenge ? "Enter a code" : "Sign in"}>
      <div className="columns">
        {challenge ? (
          <Suspense fallback={<p className="loading">One moment…</p>}>
            <div>
              <SecondStep challenge={challenge} onBack={onBack} />
            </div>
          </Suspense>
        ) : (
          <div>
            {step.isOver && <Notice>{messageFor("challenge_over")}</Notice>}
            {!step.isOver && failed && <Notice>{failed}</Notice>}
            {!step.isOver && !failed && notice && <Notice>{notices[notice]}</Notice>}
            <SignInForm email={step.email} onChallenge={setStep} />
            <PasskeySignIn />
            <ProviderButtons />
            <p>
              New here? <Link to={paths.createAccount()}>Create account</Link>
            </p>
          </div>
        )}
        <div className="wide-only">
          <PhotoFrame>
            <img src={photoFrame} alt="" width="400" height="500" />
          </PhotoFrame>
        </div>
      </div>
    </Page>
  );
}

/** What the address says after a sign-in by a provider: why it failed, or that it lacks its second step. */
function cameBack() {
  const { search } = location;
  return { failed: providerFailure(search), isSecond: new URLSearchParams(search).has("second") };
}

type SignInFormProps = { email: string; onChallenge: (step: Step) => void };

function SignInForm({ email, onChallenge }: SignInFormProps) {
  const session = useSession();
  const form = useForm({ email, password: "" }, { email: emailError, password: passwordError });

  async function signIn() {
    try {
      const challenge = await session.signIn(form.values);
      if (challenge) onChallenge({ email: form.values.email, challenge });
    } catch (error) {
      if (!hasCode(error, "not_confirmed")) throw error;
      navigate(paths.confirm(), { state: { email: form.values.email } });
    }
  }

  return (
    <Form form={form} onSubmit={() => void form.submit(signIn)}>
      <TextField label="Email" type="email" autoComplete="username" {...form.field("email")} />
      <PasswordField label="Password" autoComplete="current-password" {...form.field("password")} />
      <Submit form={form}>Sign in</Submit>
      <p>
        <Link to={paths.forgot()} state={{ email: form.values.email }}>
          Forgot your password?
        </Link>
      </p>
    </Form>
  );
}
