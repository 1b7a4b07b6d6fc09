import { Field, type FieldProps } from "./field.tsx";

type CodeFieldProps = FieldProps & { value: string; onChange: (value: string) => void };

/** Input of a mailed code. No `maxLength`: a pasted code may contain spaces. */
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
