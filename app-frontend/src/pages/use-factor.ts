import { useState } from "react";
import type { SentText } from "../api/factors.ts";
import {
  appCodeError,
  codeDigits,
  compact,
  recoveryCodeError,
  textCodeError,
} from "../forms/one-time-code.ts";

const kinds = ["totp", "sms", "recovery"] as const;
const checks = { totp: appCodeError, sms: textCodeError, recovery: recoveryCodeError };

/**
 * What the one field `code` of a form is: of the factors that `ways` names, the app first. None if this page can ask for
 * none. `sendText` has a code sent to the phone.
 */
export function useFactor(ways: readonly string[], sendText: () => Promise<SentText>) {
  const offered = kinds.filter((kind) => ways.includes(kind));
  const [kind, setKind] = useState(offered[0]);

  return {
    kind,
    others: offered.filter((each) => each !== kind),
    setKind,
    sendText,
    check: checks[kind ?? "totp"],
    /** What the server is sent. */
    proof(code: string) {
      if (kind === "recovery") return { recoveryCode: compact(code) };
      return kind === "sms" ? { textCode: codeDigits(code) } : { code: codeDigits(code) };
    },
  };
}
