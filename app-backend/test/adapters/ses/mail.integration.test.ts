import { CreateEmailIdentityCommand, SESv2Client } from "@aws-sdk/client-sesv2";
import { beforeAll, expect, test } from "@jest/globals";
import { sesMail } from "../../../src/adapters/ses/mail.ts";

const endpoint = process.env["MOTO_URL"]!;
const region = "eu-central-1";
const message = { to: "ada@example.org", subject: "Choose a new password", text: "Your code is none.\n" };

beforeAll(async () => {
  const client = new SESv2Client({ endpoint, region });
  await client.send(new CreateEmailIdentityCommand({ EmailIdentity: "hello@example.org" }));
});

test("a message is sent by SES", async () => {
  const before = await sentCount();
  await sesMail({ region, from: "hello@example.org", endpoint }).send(message);
  expect(await sentCount()).toBe(before + 1);
});

test("a sender that SES has not verified is an error, not silence", async () => {
  const mail = sesMail({ region, from: "stranger@example.org", endpoint });
  await expect(mail.send(message)).rejects.toThrow(/not verified/i);
});

/** From the older API of SES; version 2 has no such operation. */
async function sentCount(): Promise<number> {
  const credential = `x/20260101/${region}/ses/aws4_request`;
  const answer = await fetch(endpoint, {
    method: "POST",
    headers: { authorization: `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=host, Signature=x` },
    body: new URLSearchParams({ Action: "GetSendQuota" }),
  });
  return Number(/<SentLast24Hours>([\d.]+)/.exec(await answer.text())?.[1] ?? "NaN");
}
