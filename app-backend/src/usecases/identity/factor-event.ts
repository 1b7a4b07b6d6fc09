import { type Client, deviceName } from "../../domain/client.ts";
import type { FactorEvent, FactorEventName } from "../../domain/factor.ts";

export function factorEvent(what: FactorEventName, { userAgent }: Client, at: Date): FactorEvent {
  return { at, what, device: deviceName(userAgent ?? null) };
}
