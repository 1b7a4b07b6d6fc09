import { beginPasskeySignIn, signInByPasskey, type Asked, type UsedCredential } from "../api/passkeys.ts";
import { useSubmission } from "../forms/use-submission.ts";
import { forgettingUnknown, hasPasskeys, usePasskey } from "../passkeys/authenticator.ts";
import { useSession } from "../session/session.tsx";
import { Button } from "../ui/button.tsx";
import { ErrorMessage } from "../ui/message.tsx";
import { useSettings } from "./use-settings.ts";

type PasskeyButtonProps = {
  children: string;
  begin: () => Promise<Asked>;
  /** Rejects if the server does not accept the answer. */
  onAnswer: (credential: UsedCredential) => Promise<void>;
};

/** Asks for a passkey, and says what became of it. After each failure it can be pressed again. */
export function PasskeyButton({ children, begin, onAnswer }: PasskeyButtonProps) {
  const { busy, failure, submit } = useSubmission([]);

  async function ask() {
    const asked = await begin();
    const credential = await usePasskey(asked);
    await forgettingUnknown(asked, credential, () => onAnswer(credential));
  }

  return (
    <>
      <Button variant="quiet" busy={busy} onClick={() => void submit({}, ask)}>
        {children}
      </Button>
      <ErrorMessage error={failure.form} />
    </>
  );
}

/** Signing in by a passkey alone. Not shown where browsers have none. */
export function PasskeySignIn() {
  const session = useSession();
  const settings = useSettings();
  if (!settings?.passkeys || !hasPasskeys()) return null;
  return (
    <div className="passkey-sign-in">
      <PasskeyButton
        begin={beginPasskeySignIn}
        onAnswer={(credential) => session.enterBy(() => signInByPasskey(credential))}
      >
        Sign in with a passkey
      </PasskeyButton>
    </div>
  );
}
