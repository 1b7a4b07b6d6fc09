import { useEffect, useRef } from "react";
import "../styles/security.css";
import { Button } from "../ui/button.tsx";
import { CodeField } from "../ui/code-field.tsx";
import type { useForm } from "../forms/use-form.ts";
import type { emptyFactor, useFactor } from "./use-factor.ts";

type FactorFieldProps = {
  form: Pick<ReturnType<typeof useForm<keyof typeof emptyFactor>>, "field">;
  factor: ReturnType<typeof useFactor>;
  /** Whether it takes the focus when it appears. */
  focused?: boolean;
};

/** The field for a code of the app or for a recovery code, and the button that changes between them. */
export function FactorField({ form, factor: { kind, other, setKind }, focused = false }: FactorFieldProps) {
  const element = useRef<HTMLDivElement>(null);
  const shown = useRef(focused ? undefined : kind);

  useEffect(() => {
    if (shown.current !== kind) element.current?.querySelector("input")?.focus();
    shown.current = kind;
  }, [kind]);

  return (
    <div ref={element}>
      {kind === "totp" ? (
        <CodeField
          key={kind}
          label="Code"
          hint="The 6 digits that your authenticator app shows now."
          {...form.field("code")}
        />
      ) : (
        <CodeField
          key={kind}
          label="Recovery code"
          hint="One of the codes that you have kept. It works once."
          oneTime={false}
          {...form.field("recoveryCode")}
        />
      )}
      {other && (
        <p className="factor-switch">
          <Button variant="quiet" onClick={() => setKind(other)}>
            {other === "recovery" ? "Use a recovery code" : "Use the app"}
          </Button>
        </p>
      )}
    </div>
  );
}
