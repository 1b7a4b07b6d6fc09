import { type FormEvent, useState } from "react";
import plate from "../art/plate.svg";
import { emailError, passwordError } from "../form-errors.ts";
import { paths } from "../paths.ts";
import { Link } from "../router.tsx";
import { useSession } from "../session.tsx";
import { Button } from "../ui/button.tsx";
import { ErrorMessage, Notice } from "../ui/message.tsx";
import { Page } from "../ui/page.tsx";
import { PasswordField } from "../ui/password-field.tsx";
import { Plate } from "../ui/plate.tsx";
import { SlowNotice } from "../ui/slow-notice.tsx";
import { TextField } from "../ui/text-field.tsx";
import { useSubmission } from "../use-submission.ts";

const notices = {
  ended: "Your session has ended. Sign in again.",
  elsewhere: "You signed out in another tab.",
};

export function SignIn({ because }: { because?: keyof typeof notices | undefined }) {
  return (
    <Page title="Sign in">
      <div className="columns">
        <div>
          {because && <Notice>{notices[because]}</Notice>}
          <SignInForm />
          <p>
            New here? <Link to={paths.createUser()}>Create an account</Link>
          </p>
        </div>
        <div className="wide-only">
          <Plate>
            <img src={plate} alt="" width="400" height="500" />
          </Plate>
        </div>
      </div>
    </Page>
  );
}

function SignInForm() {
  const session = useSession();
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const { form, busy, failure, submit, clear } = useSubmission(["email", "password"]);

  function send(event: FormEvent) {
    event.preventDefault();
    const errors = { email: emailError(email), password: passwordError(password) };
    void submit(errors, () => session.signIn({ email, password }));
  }

  return (
    <form ref={form} onSubmit={send} noValidate>
      <TextField
        label="Email"
        type="email"
        autoComplete="username"
        value={email}
        error={failure.fields["email"]}
        onChange={(value) => {
          setEmail(value);
          clear("email");
        }}
      />
      <PasswordField
        label="Password"
        autoComplete="current-password"
        value={password}
        error={failure.fields["password"]}
        onChange={(value) => {
          setPassword(value);
          clear("password");
        }}
      />
      <ErrorMessage error={failure.form} />
      <Button type="submit" busy={busy}>
        Sign in
      </Button>
      <SlowNotice active={busy} />
    </form>
  );
}
