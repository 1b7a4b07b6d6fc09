import { type ReactNode, useId } from "react";

export type FieldProps = { label: string; hint?: string; error?: string | undefined };

/** The attributes that connect a control with its label, hint and error. */
export type ControlProps = { id: string; "aria-describedby": string; "aria-invalid": boolean };

/** A label, a control, its hint, and its error, which screen readers announce. */
export function Field({
  label,
  hint,
  error,
  children,
}: FieldProps & { children: (control: ControlProps) => ReactNode }) {
  const id = useId();
  const control = {
    id,
    "aria-describedby": hint ? `${id}-hint ${id}-error` : `${id}-error`,
    "aria-invalid": Boolean(error),
  };
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {children(control)}
      {hint && (
        <p id={`${id}-hint`} className="small">
          {hint}
        </p>
      )}
      <p id={`${id}-error`} className="field-error" aria-live="polite">
        {error}
      </p>
    </div>
  );
}
