import type { LimitRule } from "../domain/limit.ts";

/** Counts attempts by rule and subject (an account, an address), across all processes. */
export interface Limits {
  /**
   * Counts an attempt, as much as `cost` (default 1) of them. Returns 0 if it is allowed, else the milliseconds until the
   * next one is. At a limit of N exactly N of any number of parallel calls of cost 1 get 0. One attempt is allowed or
   * refused as a whole: while less than N is counted, it may take the count beyond N.
   */
  consume(rule: LimitRule, subject: string, at: Date, cost?: number): Promise<number>;
  /** Refunds one attempt of that cost. */
  refund(rule: LimitRule, subject: string, cost?: number): Promise<void>;
  /** Clears all attempts. */
  clear(rule: LimitRule, subject: string): Promise<void>;
  /** Records until when an account (by the key of its address) knows a network. */
  know(account: string, network: string, until: Date): Promise<void>;
  /** Whether an account knows a network. */
  knows(account: string, network: string, at: Date): Promise<boolean>;
}
