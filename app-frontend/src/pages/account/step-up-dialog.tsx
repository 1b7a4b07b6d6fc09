import { sendTextForStepUp, stepUp } from "../../api/factors.ts";
import { passwordError } from "../../forms/errors.ts";
import { useForm } from "../../forms/use-form.ts";
import { useKnownEmail } from "../../session/use-known-email.ts";
import { useSession } from "../../session/session.tsx";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Form, Submit } from "../../ui/form.tsx";
import { HiddenUsername } from "../../ui/hidden-username.tsx";
import { PasswordField } from "../../ui/password-field.tsx";
import { beginPasskeyStepUp, type UsedCredential } from "../../api/passkeys.ts";
import { hasPasskeys } from "../../passkeys/authenticator.ts";
import { FactorField } from "../factor-field.tsx";
import { ProviderProofs } from "./provider-proofs.tsx";
import { PasskeyButton } from "../passkey-button.tsx";
import { useFactor } from "../use-factor.ts";

type StepUpDialogProps = {
  /** The proofs that the server asks for. */
  ways: readonly string[];
  /** What the person has typed already, if anything. */
  password: string;
  onProved: () => void;
  onClose: () => void;
};

/** Asks for the password and a second factor, whichever the server wants. */
export function StepUpDialog({ ways, password, onProved, onClose }: StepUpDialogProps) {
  const session = useSession();
  const email = useKnownEmail();
  const factor = useFactor(ways, () => session.withAccessToken(sendTextForStepUp));
  const asksPassword = ways.includes("password");
  const form = useForm(
    { password, code: "" },
    { ...(asksPassword && { password: passwordError }), ...(factor.kind && { code: factor.check }) },
  );

  async function prove() {
    const proofs = {
      ...(asksPassword && { password: form.values.password }),
      ...(factor.kind && factor.proof(form.values.code)),
    };
    await session.withAccessToken((token) => stepUp(token, proofs));
    onProved();
  }

  /** What else is needed is asked for next. */
  async function proveBy(passkey: UsedCredential) {
    await session.withAccessToken((token) => stepUp(token, { passkey }));
    onProved();
  }

  const passkey = ways.some((way) => way === "passkey" || way === "key") && hasPasskeys() && (
    <PasskeyButton begin={() => session.withAccessToken(beginPasskeyStepUp)} onAnswer={proveBy}>
      Use a passkey
    </PasskeyButton>
  );

  const cancel = (
    <Button variant="quiet" onClick={onClose}>
      Cancel
    </Button>
  );

  return (
    <Dialog title="Confirm that it is you" onClose={onClose}>
      {(asksPassword || factor.kind) && passkey}
      {asksPassword || factor.kind ? (
        <Form form={form} onSubmit={() => void form.submit(prove)}>
          <p>For the next 10 minutes you will not be asked again.</p>
          <HiddenUsername value={email} />
          {asksPassword && (
            <PasswordField label="Password" autoComplete="current-password" {...form.field("password")} />
          )}
          {factor.kind && (
            <FactorField
              field={form.field("code")}
              factor={factor}
              focused={password !== "" || !asksPassword}
            />
          )}
          <Submit form={form} beside={cancel}>
            Confirm
          </Submit>
        </Form>
      ) : (
        <>
          {(!passkey || ways.includes("provider")) && <ProviderProofs ways={ways} />}
          <div className="buttons">
            {passkey}
            {cancel}
          </div>
        </>
      )}
    </Dialog>
  );
}
