import type { Challenge } from "../api/account.ts";
import { sendTextForSignIn } from "../api/factors.ts";
import { hasCode } from "../api/error.ts";
import { useForm } from "../forms/use-form.ts";
import { useSession } from "../session/session.tsx";
import { Button } from "../ui/button.tsx";
import { Form, Submit } from "../ui/form.tsx";
import { beginPasskeyStep } from "../api/passkeys.ts";
import { hasPasskeys } from "../passkeys/authenticator.ts";
import { FactorField } from "./factor-field.tsx";
import { PasskeyButton } from "./passkey-button.tsx";
import { useFactor } from "./use-factor.ts";

type SecondStepProps = {
  challenge: Challenge;
  /** Called when the password is to be entered again: `isOver` if the challenge is. */
  onBack: (isOver: boolean) => void;
};

export function SecondStep({ challenge: { token, factors }, onBack }: SecondStepProps) {
  const session = useSession();
  const factor = useFactor(factors, () => sendTextForSignIn({ token }));
  const form = useForm({ code: "" }, { code: factor.check });

  async function untilOver(work: Promise<void>) {
    await work.catch((error: unknown) => {
      if (!hasCode(error, "challenge_over")) throw error;
      onBack(true);
    });
  }

  const signIn = () => untilOver(session.completeSignIn({ token, ...factor.proof(form.values.code) }));

  const passkey = factors.includes("passkey") && hasPasskeys() && (
    <PasskeyButton
      begin={() => beginPasskeyStep(token)}
      onAnswer={(credential) => untilOver(session.completeSignIn({ token, passkey: credential }))}
    >
      Use a passkey
    </PasskeyButton>
  );

  const back = (
    <Button variant="quiet" onClick={() => onBack(false)}>
      Back
    </Button>
  );

  if (!factor.kind) {
    return (
      <>
        {!passkey && <p>This account asks for a second factor that cannot be used on this page.</p>}
        <div className="buttons">
          {passkey}
          {back}
        </div>
      </>
    );
  }
  return (
    <>
      {passkey}
      <Form form={form} onSubmit={() => void form.submit(signIn)}>
        <FactorField field={form.field("code")} factor={factor} focused />
        <Submit form={form} beside={back}>
          Sign in
        </Submit>
      </Form>
      <p className="small">
        Without the app, a passkey and recovery codes, only the operator of this site can let you in.
      </p>
    </>
  );
}
