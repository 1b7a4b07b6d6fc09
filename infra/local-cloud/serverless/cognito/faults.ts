import { CognitoError } from "./answer.ts";

/** A fault that a test asks for: a refusal by its name, or no answer until the faults are set again. */
export interface Fault {
  /** Action, or `*` for all of the user plane. */
  readonly action: string;
  readonly error?: string;
  readonly silent?: boolean;
  /** The call is carried out, and its answer lost. */
  readonly lost?: boolean;
  /** How many calls it meets. @default - every one, until the faults are set again */
  readonly times?: number;
}

/** Faults of the user plane. `set` replaces them all; `meet` refuses, or waits, if one is set for the action. */
export function faultInjection() {
  let faults: (Fault & { left: number })[] = [];
  const waiting: (() => void)[] = [];
  return {
    set(next: readonly Fault[]): void {
      faults = next.map((fault) => ({ ...fault, left: fault.times ?? Number.POSITIVE_INFINITY }));
      for (const goOn of waiting.splice(0)) goOn();
    },
    /** Returns whether the answer is to be lost. */
    async meet(action: string): Promise<boolean> {
      const fault = faults.find((one) => (one.action === "*" || one.action === action) && one.left > 0);
      if (fault === undefined) return false;
      fault.left -= 1;
      if (fault.lost) return true;
      if (fault.silent) await new Promise<void>((resolve) => waiting.push(resolve));
      const type = fault.error ?? "ServiceUnavailable";
      throw new CognitoError(type, `${type}, as a test asked for.`);
    },
  };
}
