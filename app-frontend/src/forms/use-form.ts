import { useState } from "react";
import type { FieldErrors } from "./errors.ts";
import { useSubmission } from "./use-submission.ts";

type Checks<Name extends string> = Partial<Record<Name, (value: string) => string | undefined>>;

/**
 * The texts of a form and its sending. A field that nobody has touched follows `initial` when that changes. `checks`
 * look at them before; `others` names its fields that are no texts.
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
    /** The texts that differ from how they would be by themselves. */
    changes: differing(values, initial),
    field,
    submit: (send: (signal: AbortSignal) => Promise<void>, otherErrors: FieldErrors = {}) =>
      submit({ ...errors(), ...otherErrors }, send),
    /** Takes back what was typed, as far as it is still what it was when this form was drawn. */
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
