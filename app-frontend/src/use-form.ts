import { useState } from "react";
import type { FieldErrors } from "./form-errors.ts";
import { useSubmission } from "./use-submission.ts";

type Checks<Name extends string> = Partial<Record<Name, (value: string) => string | undefined>>;

/** The texts of a form and its sending. `checks` look at them before; `others` names its fields that are no texts. */
export function useForm<Name extends string>(
  initial: Record<Name, string>,
  checks: Checks<Name> = {},
  others: readonly string[] = [],
) {
  const names = Object.keys(initial) as Name[];
  const [values, setValues] = useState(initial);
  const submission = useSubmission([...names, ...others]);
  const { failure, clear, submit } = submission;

  /** What a field component needs to show `name` and to change it. */
  function field(name: Name) {
    return {
      value: values[name],
      error: failure.fields[name],
      onChange(value: string) {
        setValues((all) => ({ ...all, [name]: value }));
        clear(name);
      },
    };
  }

  function errors(): FieldErrors {
    return Object.fromEntries(names.map((name) => [name, checks[name]?.(values[name])]));
  }

  return {
    ...submission,
    values,
    field,
    submit: (send: (signal: AbortSignal) => Promise<void>, otherErrors: FieldErrors = {}) =>
      submit({ ...errors(), ...otherErrors }, send),
    reset: () => setValues(initial),
  };
}
