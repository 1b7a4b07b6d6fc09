import type { LimitRule } from "../domain/limit.ts";

/** Counts attempts by rule and subject (an account, an address), across all processes. */
export interface Limits {
  /** Counts an attempt. Returns 0 if it is allowed, else the milliseconds until the next one is. At a limit of N exactly N of any number of parallel calls get 0. */
  consume(rule: LimitRule, subject: string, at: Date): Promise<number>;
  /** Refunds one attempt. */
  refund(rule: LimitRule, subject: string): Promise<void>;
  /** Clears all attempts. */
  clear(rule: LimitRule, subject: string): Promise<void>;
  /** Records until when an account (by the key of its address) knows a network. */
  know(account: string, network: string, until: Date): Promise<void>;
  /** Whether an account knows a network. */
  knows(account: string, network: string, at: Date): Promise<boolean>;
}
