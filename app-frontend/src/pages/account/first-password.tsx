import { changePassword } from "../../api/account.ts";
import { newPasswordError } from "../../forms/errors.ts";
import { useForm } from "../../forms/use-form.ts";
import { useSession } from "../../session/session.tsx";
import { Form, Submit } from "../../ui/form.tsx";
import { HiddenUsername } from "../../ui/hidden-username.tsx";
import { PasswordField } from "../../ui/password-field.tsx";
import { Section } from "../../ui/section.tsx";
import { useStepUp } from "./use-step-up.tsx";

/** For an account that signs in by other sites alone. */
export function FirstPassword({ email, onSet }: { email: string; onSet: () => Promise<unknown> }) {
  const session = useSession();
  const stepUp = useStepUp();
  const form = useForm({ next: "" }, { next: newPasswordError });

  async function set() {
    await stepUp.proving(() => session.withAccessToken((token) => changePassword(token, form.values)));
    await onSet();
  }

  return (
    <Section
      title="Password"
      intro="Your account has none. With one you can also sign in without another site."
    >
      <Form form={form} onSubmit={() => void form.submit(set)}>
        <HiddenUsername value={email} />
        <PasswordField
          label="First password"
          hint="At least 8 characters."
          autoComplete="new-password"
          {...form.field("next")}
        />
        <Submit form={form} slow={form.busy && !stepUp.dialog}>
          Set password
        </Submit>
      </Form>
      {stepUp.dialog}
    </Section>
  );
}
