import { useEffect, useRef } from "react";
import "../styles/security.css";
import { Button } from "../ui/button.tsx";
import { CodeField } from "../ui/code-field.tsx";
import type { useFactor } from "./use-factor.ts";

type FactorFieldProps = {
  field: { value: string; error: string | undefined; onChange: (value: string) => void };
  factor: ReturnType<typeof useFactor>;
  /** Whether it takes the focus when it appears. */
  focused?: boolean;
};

/** The field for a code of the app or for a recovery code, and the button that changes between them. */
export function FactorField({ field, factor: { kind, other, setKind }, focused = false }: FactorFieldProps) {
  const element = useRef<HTMLDivElement>(null);
  const shown = useRef(focused ? undefined : kind);

  useEffect(() => {
    if (shown.current !== kind) element.current?.querySelector("input")?.focus();
    shown.current = kind;
  }, [kind]);

  function change(to: NonNullable<typeof kind>) {
    field.onChange(""); // what was typed is of the other kind
    setKind(to);
  }

  return (
    <div ref={element}>
      {kind === "totp" ? (
        <CodeField
          key={kind}
          label="Code"
          hint="The 6 digits that your authenticator app shows now."
          {...field}
        />
      ) : (
        <CodeField
          key={kind}
          label="Recovery code"
          hint="One of the codes that you have kept. It works once."
          oneTime={false}
          {...field}
        />
      )}
      {other && (
        <p className="factor-switch">
          <Button variant="quiet" onClick={() => change(other)}>
            {other === "recovery" ? "Use a recovery code" : "Use the app"}
          </Button>
        </p>
      )}
    </div>
  );
}
