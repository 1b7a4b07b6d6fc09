import { useState } from "react";
import type { FieldErrors } from "./errors.ts";
import { useSubmission } from "./use-submission.ts";

type Checks<Name extends string> = Partial<Record<Name, (value: string) => string | undefined>>;

/**
 * The values of a form and its submission. An untouched field follows `initial` when that changes. `checks`
 * validate them first; `others` names the fields that are not texts.
 */
export function useForm<Name extends string>(
  initial: Record<Name, string>,
  checks: Checks<Name> = {},
  others: readonly string[] = [],
) {
  const names = Object.keys(initial) as Name[];
  const [edits, setEdits] = useState<Partial<Record<Name, string>>>({});
  const values: Record<Name, string> = { ...initial, ...edits };
  const submission = useSubmission([...names, ...others]);
  const { failure, clear, submit } = submission;

  /** What a field component needs to show `name` and to change it. */
  function field(name: Name) {
    return {
      value: values[name],
      error: failure.fields[name],
      onChange(value: string) {
        setEdits((all) => ({ ...all, [name]: value }));
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
    /** The values that differ from `initial`. */
    changes: differing(values, initial),
    field,
    submit: (send: (signal: AbortSignal) => Promise<void>, otherErrors: FieldErrors = {}) =>
      submit({ ...errors(), ...otherErrors }, send),
    /** Discards the edits that have not changed since this render. */
    reset: () => setEdits((now) => differing(now, edits)),
  };
}

function differing<Texts extends Partial<Record<string, string>>>(
  texts: Texts,
  others: Partial<Record<string, string>>,
): Partial<Texts> {
  return Object.fromEntries(
    Object.entries(texts).filter(([name, text]) => text !== others[name]),
  ) as Partial<Texts>;
}
