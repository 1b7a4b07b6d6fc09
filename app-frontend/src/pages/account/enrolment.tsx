import { confirmTotp, type Enrolment as Key, type Factors } from "../../api/factors.ts";
import { ApiError, hasCode } from "../../api/error.ts";
import { appCodeError, codeDigits } from "../../forms/one-time-code.ts";
import { useForm } from "../../forms/use-form.ts";
import { useSession } from "../../session/session.tsx";
import { Button } from "../../ui/button.tsx";
import { CodeField } from "../../ui/code-field.tsx";
import { CopyButton } from "../../ui/copy-button.tsx";
import { Form, Submit } from "../../ui/form.tsx";
import { QrCode } from "../../ui/qr-code.tsx";

type EnrolmentProps = {
  enrolment: Key;
  /** When the app that it replaces was enrolled. */
  before: string | undefined;
  load: () => Promise<Factors | undefined>;
  /** Called with the recovery codes, or with none if the answer that had them was lost. */
  onDone: (codes: readonly string[] | undefined) => void;
  onRestart: () => void;
  onCancel: () => void;
};

/** The key of an authenticator app, as a QR code and as text, and the field for the app's first code. */
export function Enrolment({ enrolment, before, load, onDone, onRestart, onCancel }: EnrolmentProps) {
  const session = useSession();
  const form = useForm({ code: "" }, { code: appCodeError });
  const error = form.failure.form;
  const isOver = hasCode(error, "enrolment_over") || hasCode(error, "enrolment_replaced");

  async function confirm() {
    try {
      const code = codeDigits(form.values.code);
      onDone(await session.withAccessToken((token) => confirmTotp(token, { code })));
    } catch (cause) {
      if (!isUnanswered(cause)) throw cause;
      const { totp } = (await load()) ?? {};
      if (!totp || totp.enrolledAt === before) throw cause;
      onDone(undefined);
    }
  }

  return (
    <div className="enrolment">
      <p>
        Scan this with an authenticator app on your phone, such as Aegis, Google Authenticator or the one of
        your password manager.
      </p>
      <QrCode text={enrolment.uri} label="QR code for your authenticator app" />
      <p>
        If you cannot scan it, add an account in the app by hand, based on time, with this key:{" "}
        <code className="secret">{inGroups(enrolment.secret)}</code>
      </p>
      <div className="buttons">
        <CopyButton text={enrolment.secret}>Copy key</CopyButton>
      </div>
      <Form form={form} onSubmit={() => void form.submit(confirm)}>
        <CodeField label="Code" hint="The 6 digits that the app shows now." {...form.field("code")} />
        <Submit
          form={form}
          beside={
            <Button variant="quiet" onClick={isOver ? onRestart : onCancel}>
              {isOver ? "Start again" : "Cancel"}
            </Button>
          }
        >
          Turn on
        </Submit>
      </Form>
    </div>
  );
}

/** Whether the server may have carried it out: its answer did not come, or came from something before it. */
function isUnanswered(error: unknown): boolean {
  return error instanceof ApiError && (error.status === 0 || error.status >= 500);
}

/** Groups of four, with blanks that apps ignore. */
function inGroups(secret: string): string {
  return secret.match(/.{1,4}/g)?.join(" ") ?? secret;
}
