import { useEffect, useRef } from "react";
import { noteSeenCodes } from "../../api/factors.ts";
import { useSubmission } from "../../forms/use-submission.ts";
import { productName } from "../../product.ts";
import { useSession } from "../../session/session.tsx";
import { Button } from "../../ui/button.tsx";
import { CopyButton } from "../../ui/copy-button.tsx";
import { ErrorMessage } from "../../ui/message.tsx";

type RecoveryCodesProps = { email: string; codes: readonly string[]; onKept: () => void };

/** New recovery codes, which the server shows once. It asks for others until the person confirms that these are kept. */
export function RecoveryCodes({ email, codes, onKept }: RecoveryCodesProps) {
  const session = useSession();
  const heading = useRef<HTMLHeadingElement>(null);
  const { busy, failure, submit } = useSubmission([]);
  const shown = codes.map(inGroups);

  useEffect(() => heading.current?.focus(), []);

  async function keep() {
    await session.withAccessToken(noteSeenCodes);
    onKept();
  }

  return (
    <>
      <div className="recovery-codes">
        <h3 ref={heading} tabIndex={-1}>
          Recovery codes of {email} at {productName}
        </h3>
        <p>
          Each one signs you in once, if you do not have your phone. They are shown only now: print them, or
          keep them where you find them without it.
        </p>
        <ol>
          {shown.map((code) => (
            <li key={code}>
              <code>{code}</code>
            </li>
          ))}
        </ol>
      </div>
      <ErrorMessage error={failure.form} />
      <div className="buttons">
        <Button busy={busy} onClick={() => void submit({}, keep)}>
          I have kept them
        </Button>
        <Button variant="quiet" onClick={() => window.print()}>
          Print
        </Button>
        <CopyButton text={shown.join("\n")}>Copy codes</CopyButton>
      </div>
    </>
  );
}

/** Two groups of five are easier to copy by hand. */
function inGroups(code: string): string {
  return code.replace(/^(\w{5})(\w{5})$/, "$1-$2");
}
