import photoFrame from "../art/photo-frame.svg";
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

const notices = {
  ended: "Your session has ended. Sign in again.",
  elsewhere: "You signed out in another tab.",
  removed: "Your account has been removed, along with its pictures and sessions.",
  confirmed: "Your address is confirmed. Sign in to continue.",
  reset: "Your new password is set. Sign in with it.",
};

export function SignIn({ because }: { because?: Reason | undefined }) {
  const { notice = because } = useHistoryState();
  return (
    <Page title="Sign in">
      <div className="columns">
        <div>
          {notice && <Notice>{notices[notice]}</Notice>}
          <SignInForm />
          <p>
            New here? <Link to={paths.createAccount()}>Create account</Link>
          </p>
        </div>
        <div className="wide-only">
          <PhotoFrame>
            <img src={photoFrame} alt="" width="400" height="500" />
          </PhotoFrame>
        </div>
      </div>
    </Page>
  );
}

function SignInForm() {
  const session = useSession();
  const { email = "" } = useHistoryState();
  const form = useForm({ email, password: "" }, { email: emailError, password: passwordError });

  async function signIn() {
    await session.signIn(form.values).catch((error: unknown) => {
      if (!hasCode(error, "not_confirmed")) throw error;
      navigate(paths.confirm(), { state: { email: form.values.email } });
    });
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
