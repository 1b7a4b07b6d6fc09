import { Field, type FieldProps } from "./field.tsx";

type TextFieldProps = FieldProps & {
  type: "text" | "email";
  autoComplete: string;
  optional?: boolean;
  maxLength?: number;
  value: string;
  onChange: (value: string) => void;
};

export function TextField({
  type,
  autoComplete,
  optional = false,
  maxLength,
  value,
  onChange,
  ...field
}: TextFieldProps) {
  return (
    <Field {...field}>
      {(control) => (
        <input
          {...control}
          type={type}
          autoComplete={autoComplete}
          autoCapitalize={autoComplete.endsWith("-name") ? "words" : "none"}
          spellCheck={false}
          required={!optional}
          maxLength={maxLength}
          value={value}
          onChange={(event) => onChange(event.target.value)}
        />
      )}
    </Field>
  );
}
