import { Field, type FieldProps } from "./field.tsx";

type CodeFieldProps = FieldProps & {
  /** Whether it is of digits, that the browser or the phone may know. Otherwise it is a kept one, of letters too. */
  oneTime?: boolean;
  value: string;
  onChange: (value: string) => void;
};

/** Input of a code. No `maxLength`: a pasted code may contain spaces. */
export function CodeField({ oneTime = true, value, onChange, ...field }: CodeFieldProps) {
  return (
    <Field {...field}>
      {(control) => (
        <input
          {...control}
          type="text"
          className="code"
          inputMode={oneTime ? "numeric" : "text"}
          autoComplete={oneTime ? "one-time-code" : "off"}
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
