import { Field, type FieldProps } from "./field.tsx";

type TextFieldProps = FieldProps & {
  type: "text" | "email";
  autoComplete: string;
  value: string;
  onChange: (value: string) => void;
};

export function TextField({ type, autoComplete, value, onChange, ...field }: TextFieldProps) {
  return (
    <Field {...field}>
      {(control) => (
        <input
          {...control}
          type={type}
          autoComplete={autoComplete}
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
