import { type FormEvent, useRef, useState } from "react";
import { type Registration, register } from "../api.ts";
import { emailError, newPasswordError } from "../form-errors.ts";
import { messageFor } from "../messages.ts";
import { paths } from "../paths.ts";
import { pictureProblem, pictureTypes } from "../picture.ts";
import { Link } from "../router.tsx";
import { useSession } from "../session.tsx";
import { Button } from "../ui/button.tsx";
import { ErrorMessage } from "../ui/message.tsx";
import { Page } from "../ui/page.tsx";
import { PasswordField } from "../ui/password-field.tsx";
import { PictureField } from "../ui/picture-field.tsx";
import { SlowNotice } from "../ui/slow-notice.tsx";
import { TextField } from "../ui/text-field.tsx";
import { UploadProgress } from "../ui/upload-progress.tsx";
import { useSubmission } from "../use-submission.ts";

export function CreateUser() {
  const session = useSession();
  const [created, setCreated] = useState(false);
  const [sent, setSent] = useState(0);

  async function create(registration: Registration) {
    setSent(0);
    await register(registration, setSent);
    await session.signIn(registration).catch(() => setCreated(true));
  }

  return (
    <Page title="Create user">
      {created ? <Created /> : <CreateUserForm sent={sent} onCreate={create} />}
    </Page>
  );
}

type CreateUserFormProps = { sent: number; onCreate: (registration: Registration) => Promise<void> };

function CreateUserForm({ sent, onCreate }: CreateUserFormProps) {
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const picture = usePicture();
  const { form, busy, failure, submit, clear } = useSubmission(["email", "password", "image"]);

  function send(event: FormEvent) {
    event.preventDefault();
    const errors = {
      email: emailError(email),
      password: newPasswordError(password),
      image: picture.missing(),
    };
    void submit(errors, () => onCreate({ email, password, image: picture.file! }));
  }

  return (
    <form ref={form} className="columns" onSubmit={send} noValidate>
      <div>
        <TextField
          label="Email"
          type="email"
          autoComplete="email"
          value={email}
          error={failure.fields["email"]}
          onChange={(value) => {
            setEmail(value);
            clear("email");
          }}
        />
        <PasswordField
          label="Password"
          hint="At least 8 characters."
          autoComplete="new-password"
          value={password}
          error={failure.fields["password"]}
          onChange={(value) => {
            setPassword(value);
            clear("password");
          }}
        />
      </div>
      <PictureField
        label="Picture"
        hint="JPEG, PNG, GIF, WebP or AVIF, up to 10 MB."
        accept={pictureTypes.join()}
        file={picture.file}
        error={picture.error ?? failure.fields["image"]}
        onPick={(file) => {
          void picture.pick(file);
          clear("image");
        }}
      />
      <div className="actions">
        <ErrorMessage error={failure.form} />
        <Button type="submit" busy={busy}>
          Create account
        </Button>
        <UploadProgress active={busy} sent={sent} />
        <SlowNotice active={busy && sent === 1} />
        <p>
          Have an account? <Link to={paths.signIn()}>Sign in</Link>
        </p>
      </div>
    </form>
  );
}

/** The picture that was picked last and passed the check, or why it did not. */
function usePicture() {
  const [file, setFile] = useState<File>();
  const [error, setError] = useState<string>();
  const last = useRef<File>(undefined);

  async function pick(picked: File) {
    last.current = picked;
    const problem = await pictureProblem(picked);
    if (last.current !== picked) return;
    setFile(problem ? undefined : picked);
    setError(problem && messageFor(problem));
  }

  const missing = () => (file ? undefined : (error ?? "Choose a picture."));
  return { file, error, pick, missing };
}

function Created() {
  return (
    <p role="alert">
      Your account is ready, but signing in did not work just now. <Link to={paths.signIn()}>Sign in</Link>
    </p>
  );
}
