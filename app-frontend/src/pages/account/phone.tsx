import { type ReactNode, useState } from "react";
import { type Factors, type NewPhone, confirmPhone, enrolPhone, removePhone } from "../../api/factors.ts";
import { longDate } from "../../format/dates.ts";
import { codeDigits, textCodeError } from "../../forms/one-time-code.ts";
import { useForm } from "../../forms/use-form.ts";
import { useSubmission } from "../../forms/use-submission.ts";
import { useSession } from "../../session/session.tsx";
import { Button } from "../../ui/button.tsx";
import { CodeField } from "../../ui/code-field.tsx";
import { Form, Submit } from "../../ui/form.tsx";
import { ErrorMessage } from "../../ui/message.tsx";
import { TextField } from "../../ui/text-field.tsx";
import { SendText } from "../send-text.tsx";
import { useSettings } from "../use-settings.ts";
import { useStepUp } from "./use-step-up.tsx";

type PhoneProps = {
  phone: Factors["phone"];
  /** Called with recovery codes if there are new ones, else with none. */
  onChanged: (codes: readonly string[]) => void;
};

/** The number that gets codes by text message. Not shown where none are sent, unless there is one. */
export function Phone({ phone, onChanged }: PhoneProps) {
  const settings = useSettings();
  const session = useSession();
  const stepUp = useStepUp();
  const { busy, failure, submit } = useSubmission([]);
  const [step, setStep] = useState<"number" | NewPhone>();
  const isOffered = settings?.sendsTexts ?? false;

  async function remove() {
    await stepUp.proving(() => session.withAccessToken(removePhone));
    onChanged([]);
  }

  async function send(number: string) {
    const sent = await stepUp.proving(() =>
      session.withAccessToken((token) => enrolPhone(token, { number })),
    );
    setStep(sent);
    return sent;
  }

  if (!isOffered && !phone) return null;
  const cancel = (
    <Button variant="quiet" onClick={() => setStep(undefined)}>
      Cancel
    </Button>
  );
  return (
    <div className="factor-state">
      <h3>Text messages</h3>
      <p className="small">
        A code to your phone is the weakest second factor: others can take over a number. An app is better.
      </p>
      {phone && (
        <p>
          Your number ends with {phone.ending}, since {longDate(phone.enrolledAt)}.
        </p>
      )}
      {step === undefined && (
        <div className="buttons">
          {isOffered && (
            <Button variant="quiet" onClick={() => setStep("number")}>
              {phone ? "Use another number" : "Add a phone number"}
            </Button>
          )}
          {phone && (
            <Button variant="quiet" busy={busy} onClick={() => void submit({}, remove)}>
              Remove the number
            </Button>
          )}
        </div>
      )}
      {step === "number" && <NumberForm send={send} cancel={cancel} />}
      {typeof step === "object" && (
        <ConfirmationForm
          phone={step}
          send={() => send(step.number)}
          onConfirmed={(codes) => {
            setStep(undefined);
            onChanged(codes);
          }}
          cancel={cancel}
        />
      )}
      <ErrorMessage error={failure.form} />
      {stepUp.dialog}
    </div>
  );
}

type NumberFormProps = { send: (number: string) => Promise<NewPhone>; cancel: ReactNode };

function NumberForm({ send, cancel }: NumberFormProps) {
  const form = useForm({ number: "" }, { number: numberError });
  return (
    <Form form={form} onSubmit={() => void form.submit(async () => void (await send(form.values.number)))}>
      <TextField
        label="Phone number"
        hint="With + and the code of the country, such as +49 176 1234567."
        type="text"
        autoComplete="tel"
        maxLength={40}
        {...form.field("number")}
      />
      <Submit form={form} beside={cancel}>
        Send a code
      </Submit>
    </Form>
  );
}

function numberError(text: string): string | undefined {
  return /\d/.test(codeDigits(text)) ? undefined : "Enter your phone number.";
}

type ConfirmationFormProps = {
  phone: NewPhone;
  send: () => Promise<NewPhone>;
  onConfirmed: (codes: readonly string[]) => void;
  cancel: ReactNode;
};

function ConfirmationForm({ phone, send, onConfirmed, cancel }: ConfirmationFormProps) {
  const session = useSession();
  const form = useForm({ code: "" }, { code: textCodeError });

  async function confirm() {
    const json = { code: codeDigits(form.values.code) };
    onConfirmed(await session.withAccessToken((token) => confirmPhone(token, json)));
  }

  return (
    <Form form={form} onSubmit={() => void form.submit(confirm)}>
      <p>For {phone.number}.</p>
      <SendText send={send} before={phone} />
      <CodeField label="Code" hint="The 6 digits of the last message." {...form.field("code")} />
      <Submit form={form} beside={cancel}>
        Confirm the number
      </Submit>
    </Form>
  );
}
