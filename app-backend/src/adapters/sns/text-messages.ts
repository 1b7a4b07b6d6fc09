import type { SNSClient } from "@aws-sdk/client-sns";
import { maxMessageUsd } from "../../domain/text-message.ts";
import type { TextMessages, TextOutcome } from "../../ports/text-messages.ts";

export interface SnsConfig {
  readonly region: string;
  /** @default - AWS */
  readonly endpoint?: string | undefined;
}

interface Dependencies extends SnsConfig {
  /** Called with what a message was refused with; there is no number in it. */
  readonly onRefused: (error: unknown) => void;
  /** How long to wait for an answer. @default - 5 seconds */
  readonly answerMs?: number;
}

/** Of the text that SNS answers with, which may repeat the number. */
const digits = /\+?\d{7,}/g;

/**
 * Text messages by Amazon SNS. It accepts messages to numbers that refuse them, and those to unverified numbers while the
 * account is in the SMS sandbox, and drops them: both are asked for before.
 */
export function snsTextMessages(deps: Dependencies): TextMessages {
  const { region, endpoint, onRefused, answerMs = 5_000 } = deps;
  let opened: Promise<{ sdk: typeof import("@aws-sdk/client-sns"); client: SNSClient }> | undefined;
  let isOut = false;

  async function open() {
    // Loaded with the first message: loading it at start would cost memory and time.
    const sdk = await import("@aws-sdk/client-sns");
    const client = new sdk.SNSClient({
      region,
      ...(endpoint && { endpoint }),
      maxAttempts: 1, // a message whose answer was lost would be sent, and paid for, twice
      requestHandler: { connectionTimeout: answerMs, requestTimeout: answerMs, throwOnRequestTimeout: true },
    });
    return { sdk, client };
  }

  /** Whether the account is in the sandbox and the number was not verified there. An account does not go back into it. */
  async function isShutIn(number: string): Promise<boolean> {
    if (isOut) return false;
    const { sdk, client } = await (opened ??= open());
    const { IsInSandbox } = await client.send(new sdk.GetSMSSandboxAccountStatusCommand());
    isOut = IsInSandbox === false;
    if (isOut) return false;
    for await (const { PhoneNumbers = [] } of sdk.paginateListSMSSandboxPhoneNumbers({ client }, {}))
      if (PhoneNumbers.some(({ PhoneNumber, Status }) => PhoneNumber === number && Status === "Verified"))
        return false;
    return true;
  }

  async function publish(to: string, text: string): Promise<TextOutcome> {
    const { sdk, client } = await (opened ??= open());
    const { isOptedOut } = await client.send(
      new sdk.CheckIfPhoneNumberIsOptedOutCommand({ phoneNumber: to }),
    );
    if (isOptedOut) return "opted_out";
    if (await isShutIn(to)) return "sandbox";
    const { MessageId } = await client.send(
      new sdk.PublishCommand({
        PhoneNumber: to,
        Message: text,
        MessageAttributes: {
          "AWS.SNS.SMS.SMSType": { DataType: "String", StringValue: "Transactional" },
          "AWS.SNS.SMS.MaxPrice": { DataType: "Number", StringValue: String(maxMessageUsd) },
        },
      }),
    );
    return MessageId ? "sent" : "failed";
  }

  return {
    async send({ to, text }) {
      try {
        return await publish(to, text);
      } catch (error) {
        const { name, message } = error instanceof Error ? error : new Error(String(error));
        onRefused(new Error(`${name}: ${message.replace(digits, "…")}`));
        return outcomeOf(name);
      }
    },
  };
}

function outcomeOf(name: string): TextOutcome {
  if (/^(OptedOut|SMSOptedOut)/.test(name)) return "opted_out";
  return /Throttl|TooManyRequests/.test(name) ? "throttled" : "failed";
}
