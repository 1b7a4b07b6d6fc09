import { AppError } from "../../domain/app-error.ts";
import type { Client } from "../../domain/client.ts";
import { endingOf, type NumberRange, type PhoneNumber, phoneNumberOf } from "../../domain/phone-number.ts";
import {
  codeText,
  dayOf,
  monthOf,
  noticeText,
  ofCountry,
  ofMonth,
  resendMs,
  textCodeLifeMs,
  textLimits,
  type TextView,
} from "../../domain/text-message.ts";
import { after } from "../../domain/time.ts";
import type { AuditLog } from "../../ports/audit-log.ts";
import type { Factors } from "../../ports/factors.ts";
import type { FactorSecrets } from "../../ports/factor-secrets.ts";
import type { TextMessages } from "../../ports/text-messages.ts";
import { type Attempt, fromAddress, type RateLimiter } from "../rate-limiter.ts";

/** Text messages of a deployment that has them. */
export interface TextService {
  readonly messages: TextMessages;
  /** Where messages go. */
  readonly ranges: readonly NumberRange[];
  /** How many are sent in a month. */
  readonly perMonth: number;
}

interface Dependencies {
  /** Undefined: none are sent. */
  readonly texts: TextService | undefined;
  readonly factors: Pick<Factors, "addTextCode">;
  readonly factorSecrets: FactorSecrets;
  readonly rateLimiter: RateLimiter;
  readonly auditLog: AuditLog;
  readonly now: () => Date;
}

export type TextCodeUseCases = ReturnType<typeof textCodeUseCases>;

/** Sends codes by text message, within limits of account, network, number, country and month. */
export function textCodeUseCases(deps: Dependencies) {
  const { texts, factors, factorSecrets, rateLimiter, auditLog, now } = deps;

  /** Reads a typed number. Throws `not_found` if no messages are sent here, `invalid_input`. */
  function read(typed: string): PhoneNumber {
    if (!texts) throw new AppError("not_found", "no text messages are sent here");
    const number = phoneNumberOf(typed, texts.ranges);
    if (typeof number !== "string") return number;
    throw new AppError("invalid_input", "number is not served", {
      faults: [{ field: "number", message: number }],
    });
  }

  /**
   * Sends a new code that is good for `boundTo` alone, in place of an earlier one. Throws `too_many_requests`, and
   * `text_not_sent` if the message was refused, or none are sent any longer.
   */
  async function send(accountId: string, number: string, boundTo: string, client: Client): Promise<TextView> {
    const phone = texts && phoneNumberOf(number, texts.ranges);
    if (!phone || typeof phone === "string")
      throw new AppError("text_not_sent", "no messages are sent to this number");
    await rateLimiter.consume(
      fromAddress(textLimits.fromAddress, client),
      [textLimits.again, accountId],
      [textLimits.ofAccount, accountId],
    );
    await consumeOf(texts, phone);
    const code = factorSecrets.newTextCode();
    const hash = factorSecrets.hash(bound(code, boundTo), accountId);
    // Stored first: a code must not arrive before it works.
    await factors.addTextCode(accountId, { boundTo, hash, endsAt: after(now(), textCodeLifeMs) });
    const outcome = await texts.messages.send({ to: phone.number, text: codeText(code) });
    auditLog(outcome === "sent" ? "text_sent" : "text_not_sent", { accountId, reason: outcome });
    if (outcome !== "sent")
      throw new AppError("text_not_sent", `message was not taken: ${outcome}`, {
        hint: outcome === "opted_out" ? outcome : undefined,
      });
    return {
      ending: endingOf(phone.number),
      resendAfter: resendMs / 1000,
      expiresIn: textCodeLifeMs / 1000,
    };
  }

  /** Counts a message for its number, its country and the month. The number is counted by its keyed hash. */
  async function consumeOf({ perMonth }: TextService, { number, country }: PhoneNumber): Promise<void> {
    const at = now();
    const ofNumber: Attempt = [textLimits.toNumber, numberHash(number)];
    await rateLimiter.consume(ofNumber, [ofCountry(perMonth), `${country} ${dayOf(at)}`]);
    try {
      await rateLimiter.consume([ofMonth(perMonth), monthOf(at)]);
    } catch (error) {
      if (!(error instanceof AppError && error.code === "too_many_requests")) throw error;
      auditLog("texts_exhausted");
      throw new AppError("text_not_sent", "the messages of this month are used up", { cause: error });
    }
  }

  /** Says on a number that it was taken out of its account. It is sent if the limits have room for it. */
  async function notice(number: string, what: "phone_replaced" | "phone_removed"): Promise<void> {
    const phone = texts && phoneNumberOf(number, texts.ranges);
    if (!phone || typeof phone === "string") return;
    await consumeOf(texts, phone);
    const outcome = await texts.messages.send({ to: phone.number, text: noticeText(what) });
    if (outcome !== "sent") auditLog("text_not_sent", { reason: outcome });
  }

  /** The possible hashes of a typed code: one for each key. */
  function hashes(code: string, boundTo: string, accountId: string): string[] {
    return factorSecrets.hashes(bound(code, boundTo), accountId);
  }

  function numberHash(number: string): string {
    return factorSecrets.hash(number, "number");
  }

  return { read, send, notice, hashes, numberHash };
}

const bound = (code: string, boundTo: string): string => `${boundTo} ${code}`;
