import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { createSesProxy, verifySender } from "../../../local-cloud/emulator/ses-proxy.ts";

const moto = new URL(process.env["MOTO_URL"]!);
const front = createSesProxy(moto);
let origin: string;

beforeAll(async () => {
  front.listen(0, "127.0.0.1");
  await once(front, "listening");
  origin = `http://127.0.0.1:${(front.address() as AddressInfo).port}`;
});

afterAll(() => {
  front.close();
  front.closeAllConnections();
});

async function send(from: string, path = "/v2/email/outbound-emails") {
  const scope = "host/20260101/us-east-1/ses/aws4_request";
  const answer = await fetch(origin + path, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      authorization: `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=x`,
    },
    body: JSON.stringify({
      FromEmailAddress: from,
      Destination: { ToAddresses: ["ada@example.org"] },
      Content: { Simple: { Subject: { Data: "Hello" }, Body: { Text: { Data: "Hello" } } } },
    }),
  });
  return { status: answer.status, text: await answer.text() };
}

test("sends for an address that is verified, and for no other", async () => {
  await verifySender(moto.origin, "us-east-1", "known@example.org");
  expect(await send("known@example.org")).toMatchObject({
    status: 200,
    text: expect.stringContaining("MessageId"),
  });
  expect(await send("unknown@example.org")).toMatchObject({
    status: 400,
    text: expect.stringContaining("not verified"),
  });
});

test.each(["/v2/email/identities", "/moto-api/reset", "/"])("leads nowhere else: %s", async (path) => {
  expect(await send("known@example.org", path)).toEqual({ status: 404, text: "" });
});
