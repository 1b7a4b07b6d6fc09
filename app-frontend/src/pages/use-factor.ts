import { useState } from "react";
import { appCodeError, codeDigits, compact, recoveryCodeError } from "../forms/one-time-code.ts";

const kinds = ["totp", "recovery"] as const;

/** Fields of a second factor, of which one is shown. */
export const emptyFactor = { code: "", recoveryCode: "" };

/** The factor that a form asks for: of those that `ways` names, the app first. None if this page can ask for none. */
export function useFactor(ways: readonly string[]) {
  const offered = kinds.filter((kind) => ways.includes(kind));
  const [kind, setKind] = useState(offered[0]);
  const other = offered.find((each) => each !== kind);

  return {
    kind,
    other,
    setKind,
    checks: {
      ...(kind === "totp" && { code: appCodeError }),
      ...(kind === "recovery" && { recoveryCode: recoveryCodeError }),
    },
    /** What the server is sent, of the field that is shown alone. */
    proof: ({ code, recoveryCode }: typeof emptyFactor) =>
      kind === "totp" ? { code: codeDigits(code) } : { recoveryCode: compact(recoveryCode) },
  };
}
