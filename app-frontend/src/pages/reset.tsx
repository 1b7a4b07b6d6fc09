import { reset } from "../api/account.ts";
import { emailError, newPasswordError } from "../forms/errors.ts";
import { codeDigits, codeError } from "../forms/one-time-code.ts";
import { duration } from "../format/dates.ts";
import { paths } from "../navigation/paths.ts";
import { Link, navigate } from "../navigation/router.tsx";
import { useSession } from "../session/session.tsx";
import { CodeSource } from "./code-source.tsx";
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
  const form = useForm({ email: useKnownEmail(), code: "", password: "" }, checks);
  const { email } = form.values;

  async function send() {
    await reset({ ...form.values, code: codeDigits(form.values.code) });
    session.end(email);
    if (session.getState().status === "signed-in") return form.reset(); // with another account
    navigate(paths.signIn(), { state: { email, notice: "reset" } });
  }

  return (
    <Page title="Set a new password">
      <div className="narrow">
        <p>
          If your address has an account, there is a {codes && `${codes.digits}-digit `}code for it
          {codes && `, valid for ${duration(codes.resetSeconds)}`}.{" "}
          <CodeSource settings={settings} mailed="We emailed it to you: look in your spam folder too." />{" "}
          Setting a new password signs you out everywhere.
        </p>
        <Form form={form} onSubmit={() => void form.submit(send)}>
          <TextField label="Email" type="email" autoComplete="username" {...form.field("email")} />
          <CodeField label="Code" {...form.field("code")} />
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
