import type { SESv2Client } from "@aws-sdk/client-sesv2";
import { mailAddress } from "../../domain/email.ts";
import type { Mail } from "../../ports/mail.ts";

export interface SesConfig {
  readonly region: string;
  /** An address that SES has verified. */
  readonly from: string;
  /** @default - AWS */
  readonly endpoint?: string | undefined;
}

/** Mail by Amazon SES; credentials come from the SDK's default chain. */
export function sesMail({ region, from, endpoint }: SesConfig): Mail {
  let client: SESv2Client | undefined;
  return {
    async send({ to, subject, text }) {
      // Loaded with the first message: loading it at start would cost memory and time.
      const { SendEmailCommand, SESv2Client } = await import("@aws-sdk/client-sesv2");
      client ??= new SESv2Client({
        region,
        ...(endpoint && { endpoint }),
        maxAttempts: 3,
        requestHandler: { connectionTimeout: 2_000, requestTimeout: 10_000, throwOnRequestTimeout: true },
      });
      const content = { Subject: { Data: subject }, Body: { Text: { Data: text } } };
      const destination = { ToAddresses: [mailAddress(to)] };
      await client.send(
        new SendEmailCommand({
          FromEmailAddress: mailAddress(from),
          Destination: destination,
          Content: { Simple: content },
        }),
      );
    },
  };
}
