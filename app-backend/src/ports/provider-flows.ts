import type { ProviderFlow } from "../domain/provider-flow.ts";

export interface ProviderFlows {
  /** A text that states the flow, for `flowLifeMs` from its start. */
  sign(flow: ProviderFlow): string;
  /** The flow that a text states. Throws `flow_ended` unless it is ours and has not expired. */
  read(text: string, at: Date): ProviderFlow;
}
