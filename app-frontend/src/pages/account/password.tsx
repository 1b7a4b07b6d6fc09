import { changePassword } from "../../api/account.ts";
import { newPasswordError, passwordError } from "../../forms/errors.ts";
import { paths } from "../../navigation/paths.ts";
import { Link } from "../../navigation/router.tsx";
import { useSession } from "../../session/session.tsx";
import { Form, Submit } from "../../ui/form.tsx";
import { HiddenUsername } from "../../ui/hidden-username.tsx";
import { PasswordField } from "../../ui/password-field.tsx";
import { Section } from "../../ui/section.tsx";
import { useForm } from "../../forms/use-form.ts";
import { useStepUp } from "./use-step-up.tsx";

const empty = { current: "", next: "" };
const checks = { current: passwordError, next: newPasswordError };

export function ChangePassword({ email, onChanged }: { email: string; onChanged: () => Promise<unknown> }) {
  const session = useSession();
  const form = useForm(empty, checks);
  const stepUp = useStepUp(form.values.current);

  async function change() {
    await stepUp.proving(() => session.withAccessToken((token) => changePassword(token, form.values)));
    form.reset();
    await onChanged();
  }

  return (
    <Section title="Password" intro="A new password signs you out on all your other devices.">
      <Form form={form} onSubmit={() => void form.submit(change)}>
        <HiddenUsername value={email} />
        <PasswordField label="Current password" autoComplete="current-password" {...form.field("current")} />
        <PasswordField
          label="New password"
          hint="At least 8 characters."
          autoComplete="new-password"
          {...form.field("next")}
        />
        <Submit form={form} slow={form.busy && !stepUp.dialog} done="Your password has been changed.">
          Change password
        </Submit>
      </Form>
      {stepUp.dialog}
      <p>
        <Link to={paths.forgot()}>Forgot your password?</Link>
      </p>
    </Section>
  );
}
