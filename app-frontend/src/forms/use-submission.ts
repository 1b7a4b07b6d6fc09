import { useEffect, useRef, useState } from "react";
import { hasCode } from "../api/error.ts";
import { type Failure, type FieldErrors, failureOf } from "./errors.ts";

const none: Failure = { fields: {} };

/** Submits a form once at a time, keeps its errors, and moves the focus to the first invalid field. */
export function useSubmission(fields: readonly string[]) {
  const form = useRef<HTMLFormElement>(null);
  const sending = useRef<AbortController>(undefined);
  const [busy, setBusy] = useState(false);
  const [done, setDone] = useState(false);
  const [failure, setFailure] = useState(none);
  const [failures, setFailures] = useState(0);

  useEffect(() => {
    if (failures > 0) form.current?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus();
  }, [failures]);

  useEffect(() => () => sending.current?.abort(), []);

  function fail(next: Failure) {
    setFailure(next);
    setFailures((count) => count + 1);
  }

  /** Calls `send` unless `errors` holds one. */
  async function submit(errors: FieldErrors, send: (signal: AbortSignal) => Promise<void>) {
    if (sending.current) return;
    setDone(false);
    if (Object.values(errors).some(Boolean)) return fail({ fields: errors });
    sending.current = new AbortController();
    setBusy(true);
    setFailure(none);
    await send(sending.current.signal).then(
      () => setDone(true),
      (error: unknown) => hasCode(error, "cancelled") || fail(failureOf(error, fields)),
    );
    sending.current = undefined;
    setBusy(false);
  }

  /** Aborts the submission, if `send` heeds its signal. The focus moves back to the control that started it. */
  function cancel() {
    sending.current?.abort();
    const find = (selector: string) => form.current?.querySelector<HTMLElement>(selector);
    (find("[type=submit]") ?? find("[type=file]"))?.focus();
  }

  /** Clears the error of a field that is being edited. */
  function clear(field: string) {
    setDone(false);
    setFailure((last) => ({ ...last, fields: { ...last.fields, [field]: undefined } }));
  }

  return { form, busy, done, failure, submit, cancel, clear };
}
