import { useEffect, useRef } from "react";
import "../styles/security.css";
import { Button } from "../ui/button.tsx";
import { CodeField } from "../ui/code-field.tsx";
import { SendText } from "./send-text.tsx";
import type { useFactor } from "./use-factor.ts";

type FactorFieldProps = {
  field: { value: string; error: string | undefined; onChange: (value: string) => void };
  factor: ReturnType<typeof useFactor>;
  /** Whether it takes the focus when it appears. */
  focused?: boolean;
};

const switches = { totp: "Use the app", sms: "Use a text message", recovery: "Use a recovery code" };

/** The field for a code of the app, of a text message or for a recovery code, and the buttons that change between them. */
export function FactorField({ field, factor, focused = false }: FactorFieldProps) {
  const { kind, others, setKind, sendText } = factor;
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
      {kind === "sms" && <SendText send={sendText} />}
      {kind !== "recovery" ? (
        <CodeField
          key={kind}
          label="Code"
          hint={
            kind === "sms"
              ? "The 6 digits of the last message to your phone."
              : "The 6 digits that your authenticator app shows now."
          }
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
      {others.length > 0 && (
        <p className="factor-switch">
          {others.map((other) => (
            <Button key={other} variant="quiet" onClick={() => change(other)}>
              {switches[other]}
            </Button>
          ))}
        </p>
      )}
    </div>
  );
}
