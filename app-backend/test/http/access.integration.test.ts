import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { type Operation, operations } from "../../src/http/contract.ts";
import { startApp, type TestApp } from "../app.ts";
import { type Answer, bearer, listSessions, member, send, signIn } from "../client.ts";
import { access } from "./access-table.ts";

let app: TestApp;

beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.close());

const absentId = "00000000-0000-4000-8000-000000000000";
const cases = Object.entries<Operation>(operations).map(
  ([name, operation]) => [name as keyof typeof operations, operation] as const,
);

/** Sends an empty request of the operation as the holder of token and cookie, for the object of that id. */
function ask(
  operation: Operation,
  id: string,
  who?: { accessToken: string; cookie: string },
): Promise<Answer> {
  const headers = {
    origin: app.siteOrigin,
    ...(operation.body && { "content-type": "application/json" }),
    ...(who && { ...bearer(who.accessToken), cookie: who.cookie }),
  };
  const body = operation.body ? "{}" : null;
  return send(app, operation.method.toUpperCase(), operation.path.replace(":id", id), { headers, body });
}

/** A person with a second session, whose id stands for what they own. */
async function owner() {
  const first = await member(app);
  await signIn(app, first.email);
  const { items } = (await listSessions(app, first.body.accessToken)).body;
  const own = items.find(({ current }) => !current)!.id;
  return { accessToken: first.body.accessToken, cookie: first.cookie, own };
}

describe("AZ-01 who may do what", () => {
  test.each(cases)("%s", async (name, operation) => {
    const [a, b] = [await owner(), await owner()];
    const answers = [await ask(operation, b.own), await ask(operation, a.own, a)];
    if (operation.params) answers.push(await ask(operation, b.own, a), await ask(operation, absentId, a));
    expect(answers.map(({ status }) => status)).toEqual(access[name]);
    const still = await listSessions(app, b.accessToken);
    expect(still.body.items.map(({ id }) => id)).toContain(b.own);
  });

  test("another's and absent are answered alike", async () => {
    const [a, b] = [await owner(), await owner()];
    for (const [, operation] of cases.filter(([, { params }]) => params)) {
      const [others, absent] = [await ask(operation, b.own, a), await ask(operation, absentId, a)];
      expect({ ...others.body, requestId: "" }).toEqual({ ...absent.body, requestId: "" });
    }
  });
});
