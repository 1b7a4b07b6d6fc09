import { useMemo, useRef, useState } from "react";
import { announceRegistration, register } from "../api/account.ts";
import { hasCode } from "../api/error.ts";
import { emailError, newPasswordError } from "../forms/errors.ts";
import { messageFor } from "../api/error-messages.ts";
import { paths } from "../navigation/paths.ts";
import { imageTypes } from "../api/images.ts";
import { imageProblem } from "../uploads/image-file.ts";
import { pictureUpload } from "../uploads/picture-upload.ts";
import { Link, navigate } from "../navigation/router.tsx";
import { useSession } from "../session/session.tsx";
import { Form, Submit } from "../ui/form.tsx";
import { Page } from "../ui/page.tsx";
import { PasswordField } from "../ui/password-field.tsx";
import { PictureField } from "../ui/picture-field.tsx";
import { TextField } from "../ui/text-field.tsx";
import { UploadProgress } from "../ui/upload-progress.tsx";
import { useForm } from "../forms/use-form.ts";

export function CreateAccount() {
  const [created, setCreated] = useState(false);
  return (
    <Page title="Create account">
      {created ? <Created /> : <CreateAccountForm onStranded={() => setCreated(true)} />}
    </Page>
  );
}

/** `onStranded` is called when the account is created but signing in failed. */
function CreateAccountForm({ onStranded }: { onStranded: () => void }) {
  const session = useSession();
  const [sent, setSent] = useState(0);
  const picture = usePicture();
  const checks = { email: emailError, password: newPasswordError };
  const form = useForm({ email: "", password: "" }, checks, ["image"]);

  async function create(signal: AbortSignal) {
    setSent(0);
    const use = (token: string) => register({ ...form.values, upload: token }, signal);
    await picture.upload!.run({ announce: announceRegistration, use }, { onProgress: setSent, signal });
    await session.signIn(form.values).catch((error: unknown) => {
      if (!hasCode(error, "not_confirmed")) return onStranded();
      navigate(paths.confirm(), { state: { email: form.values.email } });
    });
  }

  return (
    <Form
      form={form}
      className="columns"
      onSubmit={() => void form.submit(create, { image: picture.missing() })}
    >
      <div>
        <TextField label="Email" type="email" autoComplete="email" {...form.field("email")} />
        <PasswordField
          label="Password"
          hint="At least 8 characters."
          autoComplete="new-password"
          {...form.field("password")}
        />
      </div>
      <PictureField
        label="Picture"
        hint="JPEG, PNG, GIF, WebP or AVIF, up to 10 MB. It is shown cropped to 4:5."
        accept={imageTypes.join()}
        file={picture.file}
        error={picture.error ?? form.failure.fields["image"]}
        onPick={(file) => {
          void picture.pick(file);
          form.clear("image");
        }}
      />
      <div className="actions">
        <Submit form={form} slow={form.busy && sent === 1}>
          Create account
        </Submit>
        <UploadProgress active={form.busy} sent={sent} onCancel={form.cancel} />
        <p>
          Have an account? <Link to={paths.signIn()}>Sign in</Link>
        </p>
      </div>
    </Form>
  );
}

/** The last picked picture if it passed the check, else the error. */
function usePicture() {
  const [file, setFile] = useState<File>();
  const [error, setError] = useState<string>();
  const last = useRef<File>(undefined);
  const upload = useMemo(() => file && pictureUpload(file), [file]);

  async function pick(picked: File) {
    last.current = picked;
    const problem = await imageProblem(picked);
    if (last.current !== picked) return;
    setFile(problem ? undefined : picked);
    setError(problem && messageFor(problem));
  }

  const missing = () => (file ? undefined : (error ?? "Choose a picture."));
  return { file, upload, error, pick, missing };
}

function Created() {
  return (
    <p role="alert">
      Your account is ready, but signing in did not work just now. <Link to={paths.signIn()}>Sign in</Link>
    </p>
  );
}
