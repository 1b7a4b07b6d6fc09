import { useEffect, useRef, useState } from "react";
import { type Failure, type FieldErrors, failureOf } from "./form-errors.ts";

const none: Failure = { fields: {} };

/** Sends a form once at a time, keeps what went wrong, and moves the focus to the first faulty field. */
export function useSubmission(fields: readonly string[]) {
  const form = useRef<HTMLFormElement>(null);
  const sending = useRef(false);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState(none);
  const [failures, setFailures] = useState(0);

  useEffect(() => {
    if (failures > 0) form.current?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus();
  }, [failures]);

  function fail(next: Failure) {
    setFailure(next);
    setFailures((count) => count + 1);
  }

  /** Calls `send` unless `errors` holds one. */
  async function submit(errors: FieldErrors, send: () => Promise<void>) {
    if (sending.current) return;
    if (Object.values(errors).some(Boolean)) return fail({ fields: errors });
    sending.current = true;
    setBusy(true);
    setFailure(none);
    await send().catch((error: unknown) => fail(failureOf(error, fields)));
    sending.current = false;
    setBusy(false);
  }

  /** Takes the error off a field that is being corrected. */
  function clear(field: string) {
    setFailure((last) => ({ ...last, fields: { ...last.fields, [field]: undefined } }));
  }

  return { form, busy, failure, submit, clear };
}
