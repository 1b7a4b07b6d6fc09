import { useState } from "react";
import { reset } from "../api/account.ts";
import { emailError, newPasswordError } from "../forms/errors.ts";
import { codeDigits, codeError, recoveryCodeError } from "../forms/one-time-code.ts";
import { duration } from "../format/dates.ts";
import { paths } from "../navigation/paths.ts";
import { Link, navigate } from "../navigation/router.tsx";
import { useSession } from "../session/session.tsx";
import "../styles/security.css";
import { CodeSource } from "./code-source.tsx";
import { Button } from "../ui/button.tsx";
import { CodeField } from "../ui/code-field.tsx";
import { Form, Submit } from "../ui/form.tsx";
import { Page } from "../ui/page.tsx";
import { PasswordField } from "../ui/password-field.tsx";
import { TextField } from "../ui/text-field.tsx";
import { useForm } from "../forms/use-form.ts";
import { useSettings } from "./use-settings.ts";
import { useKnownEmail } from "../session/use-known-email.ts";

const checks = { email: emailError, code: codeError, password: newPasswordError };

export function Reset() {
  const session = useSession();
  const settings = useSettings();
  const codes = settings?.codes; // undefined before the answer, and from an API of the release before
  const form = useForm({ email: useKnownEmail(), code: "", password: "", recoveryCode: "" }, checks);
  const [hasNoPassword, setHasNoPassword] = useState(false);
  const { email } = form.values;

  async function send() {
    const { recoveryCode, ...values } = form.values;
    const code = codeDigits(values.code);
    await reset({ ...values, code, ...(hasNoPassword && { recoveryCode }) });
    session.end(email);
    if (session.getState().status === "signed-in") return form.reset(); // with another account
    navigate(paths.signIn(), { state: { email, notice: "reset" } });
  }

  const recoveryErrors = hasNoPassword ? { recoveryCode: recoveryCodeError(form.values.recoveryCode) } : {};

  return (
    <Page title="Set a new password">
      <div className="narrow">
        <p>
          If your address has an account, there is a {codes && `${codes.digits}-digit `}code for it
          {codes && `, valid for ${duration(codes.resetSeconds)}`}.{" "}
          <CodeSource settings={settings} mailed="We emailed it to you: look in your spam folder too." />{" "}
          Setting a new password signs you out everywhere.
        </p>
        <Form form={form} onSubmit={() => void form.submit(send, recoveryErrors)}>
          <TextField label="Email" type="email" autoComplete="username" {...form.field("email")} />
          <CodeField label="Code" {...form.field("code")} />
          {hasNoPassword ? (
            <CodeField
              label="Recovery code"
              hint="One of the codes that you have kept. It works once, and a wrong one uses up the code above too."
              oneTime={false}
              {...form.field("recoveryCode")}
            />
          ) : (
            <p className="factor-switch">
              <Button variant="quiet" onClick={() => setHasNoPassword(true)}>
                My account has no password yet
              </Button>
            </p>
          )}
          <PasswordField
            label="New password"
            hint="At least 8 characters."
            autoComplete="new-password"
            {...form.field("password")}
          />
          <Submit form={form} done="The new password is set.">
            Set password
          </Submit>
        </Form>
        <p>
          No code?{" "}
          <Link to={paths.forgot()} state={{ email }}>
            Get another one
          </Link>
        </p>
      </div>
    </Page>
  );
}
