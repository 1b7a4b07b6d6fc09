import { useState } from "react";
import { appCodeError, codeDigits, compact, recoveryCodeError } from "../forms/one-time-code.ts";

const kinds = ["totp", "recovery"] as const;

/** What the one field `code` of a form is: of the factors that `ways` names, the app first. None if this page can ask for none. */
export function useFactor(ways: readonly string[]) {
  const offered = kinds.filter((kind) => ways.includes(kind));
  const [kind, setKind] = useState(offered[0]);

  return {
    kind,
    other: offered.find((each) => each !== kind),
    setKind,
    check: kind === "recovery" ? recoveryCodeError : appCodeError,
    /** What the server is sent. */
    proof: (code: string) =>
      kind === "recovery" ? { recoveryCode: compact(code) } : { code: codeDigits(code) },
  };
}
