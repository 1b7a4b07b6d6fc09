import { useState } from "react";
import { ApiError } from "../../api/error.ts";
import { StepUpDialog } from "./step-up-dialog.tsx";

type Asked = { ways: readonly string[]; onProved: () => void; onClose: () => void };

/** What the server does only for a person who has just proved that it is them. `password` is what they have typed already. */
export function useStepUp(password = "") {
  const [asked, setAsked] = useState<Asked>();

  function ask(ways: readonly string[]) {
    return new Promise<void>((onProved, reject) => {
      setAsked({ ways, onProved, onClose: () => reject(new ApiError("cancelled")) });
    }).finally(() => setAsked(undefined));
  }

  /** Calls, and as often as the server refuses, asks for proofs and calls again. Rejects with `cancelled` if that is declined. */
  async function proving<T>(call: () => Promise<T>): Promise<T> {
    try {
      return await call();
    } catch (error) {
      if (!(error instanceof ApiError) || error.code !== "step_up_required") throw error;
      await ask(error.ways);
    }
    return proving(call);
  }

  return {
    proving,
    dialog: asked && <StepUpDialog key={asked.ways.join()} {...asked} password={password} />,
  };
}
