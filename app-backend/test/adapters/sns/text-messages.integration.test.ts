import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { snsTextMessages } from "../../../src/adapters/sns/text-messages.ts";
import { startSns } from "../../test-sns.ts";

const verified = "+4917600000001";
const other = "+4917600000002";
let sns: Awaited<ReturnType<typeof startSns>>;

beforeAll(async () => {
  sns = await startSns([verified]);
});
afterAll(() => sns.close());

function open(answerMs?: number) {
  const refusals: unknown[] = [];
  const { send } = snsTextMessages({
    ...{ region: "eu-central-1", endpoint: sns.endpoint },
    onRefused: (error) => refusals.push(error),
    ...(answerMs && { answerMs }),
  });
  return { send: (to: string) => send({ to, text: "123456 is your code" }), refusals };
}

test("SMS-01 a message is sent by SNS once, and never for more than the price that its ceiling counts with", async () => {
  expect(await open().send(other)).toBe("sent");
  expect(sns.sent).toHaveLength(1);
  const [{ to, text, parameters } = { to: "", text: "", parameters: new URLSearchParams() }] = sns.sent;
  expect([to, text]).toEqual([other, "123456 is your code"]);
  const values = [...parameters].filter(([name]) => name.endsWith("StringValue")).map(([, value]) => value);
  expect(values.toSorted()).toEqual(["0.2", "Transactional"]);
});

test("SMS-02 what SNS refuses, drops or does not answer is not sent, and no number is logged", async () => {
  const { send, refusals } = open();
  expect(await send("+4917600000099")).toBe("opted_out"); // SNS itself accepts it
  sns.setFault("sandbox");
  expect([await send(verified), await send(other)]).toEqual(["sent", "sandbox"]);
  sns.setFault("throttled");
  expect(await send(other)).toBe("throttled");
  sns.setFault("failing");
  expect(await send(other)).toBe("failed");
  expect(await send("not a number")).toBe("failed");
  sns.setFault("silent");
  expect(await open(300).send(other)).toBe("failed");
  sns.close();
  expect(await send(other)).toBe("failed");
  expect(refusals.length).toBe(4);
  expect(String(refusals)).not.toMatch(/\d{7}/);
});
