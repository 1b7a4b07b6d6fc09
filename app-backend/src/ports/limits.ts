import type { LimitRule } from "../domain/limit.ts";

/** Counts tries by rule and subject (an account, an address), for all processes together. */
export interface Limits {
  /** Counts a try. 0: it may go on; else in how many milliseconds the next may. At a limit of N exactly N of any number of parallel calls get 0. */
  consume(rule: LimitRule, subject: string, at: Date): Promise<number>;
  /** Uncounts one try. */
  refund(rule: LimitRule, subject: string): Promise<void>;
  /** Forgets all tries. */
  clear(rule: LimitRule, subject: string): Promise<void>;
  /** Notes until when an account (by the key of its address) knows a network. */
  know(account: string, network: string, until: Date): Promise<void>;
  /** Whether an account knows a network. */
  knows(account: string, network: string, at: Date): Promise<boolean>;
}
