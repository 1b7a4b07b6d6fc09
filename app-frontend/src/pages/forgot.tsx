import { forgot } from "../api/account.ts";
import { emailError } from "../forms/errors.ts";
import { paths } from "../navigation/paths.ts";
import { Link, navigate } from "../navigation/router.tsx";
import { CodeSource } from "./code-source.tsx";
import { useSettings } from "./use-settings.ts";
import { Form, Submit } from "../ui/form.tsx";
import { Page } from "../ui/page.tsx";
import { TextField } from "../ui/text-field.tsx";
import { useForm } from "../forms/use-form.ts";
import { useKnownEmail } from "../session/use-known-email.ts";

export function Forgot() {
  const settings = useSettings();
  const form = useForm({ email: useKnownEmail() }, { email: emailError });

  async function send() {
    await forgot(form.values.email);
    navigate(paths.reset(), { state: form.values });
  }

  return (
    <Page title="Forgot your password?">
      <div className="narrow">
        <p>
          Enter your email address to get a code with which you set a new password.{" "}
          <CodeSource settings={settings} mailed="We will email it to you." />
        </p>
        <p className="small">
          If your account has no password and its passkeys do not work here, you need one of your recovery
          codes too.
        </p>
        <Form form={form} onSubmit={() => void form.submit(send)}>
          <TextField label="Email" type="email" autoComplete="username" {...form.field("email")} />
          <Submit form={form}>Get a code</Submit>
        </Form>
        <p>
          Have a code already?{" "}
          <Link to={paths.reset()} state={form.values}>
            Set a new password
          </Link>
        </p>
        <p>
          <Link to={paths.signIn()} state={form.values}>
            Back to sign in
          </Link>
        </p>
      </div>
    </Page>
  );
}
