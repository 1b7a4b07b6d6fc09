import type { LimitRule } from "./limit.ts";
import { productName } from "./product.ts";

const secondMs = 1000;
const hourMs = 3600 * secondMs;
const dayMs = 24 * hourMs;
const longestMonthMs = 31 * dayMs;

export const textCodeDigits = 6;
export const textCodeLifeMs = 300 * secondMs;
export const resendMs = 60 * secondMs;

/** How many accounts may use one number. */
export const maxAccountsOfNumber = 3;

/** SNS is asked to send no message that costs more, so a month's limit in dollars is a number of messages. */
export const maxMessageUsd = 0.2;

export function messagesFor(monthlyUsd: number): number {
  return Math.floor(monthlyUsd / maxMessageUsd + 1e-9);
}

/** A code that was sent, by its hash. `boundTo` is the only challenge, session or enrolment that it is good for. */
export interface TextCode {
  readonly boundTo: string;
  readonly hash: string;
  readonly endsAt: Date;
}

/** The answer to a request for a code: it says that the message was taken, not that it arrived. */
export interface TextView {
  readonly ending: string;
  /** Seconds. */
  readonly resendAfter: number;
  /** Seconds. */
  readonly expiresIn: number;
}

/** Each is one statement of the store, so that a number of messages is never exceeded. Nothing is refunded: SNS charges attempts too. */
export const textLimits = {
  fromAddress: { name: "text messages from address", ...rule(10, hourMs, dayMs) },
  again: { name: "next text message", free: 1, delayMs: resendMs, maxDelayMs: resendMs, forgetMs: resendMs },
  ofAccount: { name: "text messages of account", ...rule(5, hourMs, dayMs) },
  toNumber: { name: "text messages to number", ...rule(5, hourMs, dayMs) },
} as const satisfies Record<string, LimitRule>;

/** A fifth of the month's messages on one day to one country. */
export function ofCountry(perMonth: number): LimitRule {
  return { name: "text messages to country", ...rule(Math.max(1, Math.ceil(perMonth / 5)), dayMs, dayMs) };
}

/** The subject is the month, so each one begins with none. */
export function ofMonth(perMonth: number): LimitRule {
  return { name: "text messages of month", ...rule(perMonth, longestMonthMs, longestMonthMs) };
}

function rule(free: number, delayMs: number, maxDelayMs: number): Omit<LimitRule, "name"> {
  return { free, delayMs, maxDelayMs, forgetMs: maxDelayMs };
}

/** In UTC, as SNS counts. */
export const monthOf = (at: Date): string => at.toISOString().slice(0, 7);
export const dayOf = (at: Date): string => at.toISOString().slice(0, 10);

export function codeText(code: string): string {
  return `${code} is your code for ${productName}. It works for 5 minutes. Do not pass it on.`;
}

export function noticeText(what: "phone_replaced" | "phone_removed"): string {
  const verb = what === "phone_replaced" ? "replaced by another number" : "removed";
  return `Your number was ${verb} in your account at ${productName}. If this was not you, change your password now.`;
}
