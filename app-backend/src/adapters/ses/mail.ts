import { SendEmailCommand, SESv2Client } from "@aws-sdk/client-sesv2";
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
  const client = new SESv2Client({
    region,
    ...(endpoint && { endpoint }),
    maxAttempts: 3,
    requestHandler: { connectionTimeout: 2_000, requestTimeout: 10_000, throwOnRequestTimeout: true },
  });
  return {
    async send({ to, subject, text }) {
      const content = { Subject: { Data: subject }, Body: { Text: { Data: text } } };
      const destination = { ToAddresses: [to] };
      await client.send(
        new SendEmailCommand({
          FromEmailAddress: from,
          Destination: destination,
          Content: { Simple: content },
        }),
      );
    },
  };
}
