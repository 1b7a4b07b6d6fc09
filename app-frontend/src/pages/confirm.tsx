import { confirm, getAccount, resend } from "../api/account.ts";
import { emailError } from "../forms/errors.ts";
import { codeDigits, codeError } from "../forms/one-time-code.ts";
import { duration } from "../format/dates.ts";
import { paths } from "../navigation/paths.ts";
import { Link, Redirect, navigate } from "../navigation/router.tsx";
import { useSession, useSessionState } from "../session/session.tsx";
import { CodeSource } from "./code-source.tsx";
import { useSettings } from "./use-settings.ts";
import { CodeField } from "../ui/code-field.tsx";
import { Form, Submit } from "../ui/form.tsx";
import { Button } from "../ui/button.tsx";
import { ErrorMessage } from "../ui/message.tsx";
import { Page } from "../ui/page.tsx";
import { TextField } from "../ui/text-field.tsx";
import { useForm } from "../forms/use-form.ts";
import { useKnownEmail } from "../session/use-known-email.ts";
import { useSubmission } from "../forms/use-submission.ts";

export function Confirm() {
  const session = useSessionState();
  const settings = useSettings();
  const codes = settings?.codes; // undefined before the answer, and from an API of the release before
  const signedIn = session.status === "signed-in";
  if (signedIn && session.account.confirmed) return <Redirect to={paths.account()} />;
  return (
    <Page title="Confirm your address">
      <div className="narrow">
        <p>
          Enter your {codes && `${codes.digits}-digit `}code.{" "}
          {codes && `It is valid for ${duration(codes.confirmSeconds)}. `}
          <CodeSource
            settings={settings}
            mailed="We emailed it to your address. If it does not come within a few minutes, look in your spam folder, then get another code."
          />
        </p>
        <ConfirmForm />
        <p>
          {signedIn ? (
            <Link to={paths.account()}>Not now</Link>
          ) : (
            <Link to={paths.signIn()}>Back to sign in</Link>
          )}
        </p>
      </div>
    </Page>
  );
}

function ConfirmForm() {
  const session = useSession();
  const signedIn = useSessionState().status === "signed-in";
  const form = useForm({ email: useKnownEmail(), code: "" }, { email: emailError, code: codeError });
  const { email, code } = form.values;

  async function send() {
    await confirm({ email, code: codeDigits(code) });
    if (!signedIn) return navigate(paths.signIn(), { state: { email, notice: "confirmed" } });
    await session.change(getAccount);
    navigate(paths.account());
  }

  return (
    <>
      <Form form={form} onSubmit={() => void form.submit(send)}>
        {signedIn ? (
          <dl>
            <dt>Email</dt>
            <dd>{email}</dd>
          </dl>
        ) : (
          <TextField label="Email" type="email" autoComplete="username" {...form.field("email")} />
        )}
        <CodeField label="Code" {...form.field("code")} />
        <Submit form={form}>Confirm</Submit>
      </Form>
      <Resend email={email} />
    </>
  );
}

function Resend({ email }: { email: string }) {
  const { busy, done, failure, submit } = useSubmission(["email"]);
  const wrong = failure.fields["email"];
  return (
    <>
      <ErrorMessage error={wrong ? { message: wrong, status: 0 } : failure.form} />
      <div className="buttons">
        <Button
          variant="quiet"
          busy={busy}
          onClick={() => void submit({ email: emailError(email) }, () => resend(email))}
        >
          Get another code
        </Button>
        <p role="status">{done && "There is a new code. The one before is no longer valid."}</p>
      </div>
    </>
  );
}
