import { Field, type FieldProps } from "./field.tsx";

type CodeFieldProps = FieldProps & { value: string; onChange: (value: string) => void };

/** Takes a code from a mail. No `maxLength`: a code that is pasted may bring blanks. */
export function CodeField({ value, onChange, ...field }: CodeFieldProps) {
  return (
    <Field {...field}>
      {(control) => (
        <input
          {...control}
          type="text"
          className="code"
          inputMode="numeric"
          autoComplete="one-time-code"
          autoCapitalize="none"
          spellCheck={false}
          required
          value={value}
          onChange={(event) => onChange(event.target.value)}
        />
      )}
    </Field>
  );
}
