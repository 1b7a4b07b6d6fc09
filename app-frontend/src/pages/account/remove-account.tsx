import { useState } from "react";
import { passwordError } from "../../forms/errors.ts";
import { removeDrafts } from "../../session/draft-names.ts";
import { useSession } from "../../session/session.tsx";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Form, Submit } from "../../ui/form.tsx";
import { HiddenUsername } from "../../ui/hidden-username.tsx";
import { PasswordField } from "../../ui/password-field.tsx";
import { Section } from "../../ui/section.tsx";
import { useForm } from "../../forms/use-form.ts";
import { useStepUp } from "./use-step-up.tsx";

type RemoveAccountProps = { id: string; email: string; hasPassword: boolean };

export function RemoveAccount(account: RemoveAccountProps) {
  const [open, setOpen] = useState(false);
  return (
    <Section
      title="Remove account"
      intro="Your page, your profile, all your pictures and all your projects will be deleted for good."
    >
      <Button variant="quiet" onClick={() => setOpen(true)}>
        Remove account
      </Button>
      {open && (
        <Dialog title="Remove your account?" onClose={() => setOpen(false)}>
          <RemovalForm {...account} onKeep={() => setOpen(false)} />
        </Dialog>
      )}
    </Section>
  );
}

function RemovalForm({ id, email, hasPassword, onKeep }: RemoveAccountProps & { onKeep: () => void }) {
  const session = useSession();
  const form = useForm({ password: "" }, hasPassword ? { password: passwordError } : {});
  const stepUp = useStepUp(form.values.password);

  async function remove() {
    await stepUp.proving(() => session.remove(hasPassword ? form.values.password : undefined));
    removeDrafts(id);
  }

  return (
    <>
      <Form form={form} onSubmit={() => void form.submit(remove)}>
        <p>
          The account {email} will be deleted, with its profile, all its pictures and all its projects, and
          you will be signed out on every device. This cannot be undone.
        </p>
        <HiddenUsername value={email} />
        {hasPassword && (
          <PasswordField label="Password" autoComplete="current-password" {...form.field("password")} />
        )}
        <Submit
          form={form}
          variant="danger"
          slow={form.busy && !stepUp.dialog}
          beside={
            <Button variant="quiet" onClick={onKeep}>
              Keep account
            </Button>
          }
        >
          Remove for good
        </Submit>
      </Form>
      {stepUp.dialog}
    </>
  );
}
