import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { type Operation, operations } from "../../src/http/contract/operations.ts";
import { startApp, type TestApp } from "../app.ts";
import { type Answer, bearer, listSessions, member, newProject, send, signIn } from "../client.ts";
import { sound, uploadMedia } from "../media-uploads.ts";
import { addImage } from "../uploads.ts";
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

/** Sends a request of the operation, empty or without effect, as the holder of token and cookie, for the object of that id. */
function ask(
  operation: Operation,
  id: string,
  who?: { accessToken: string; cookie: string },
): Promise<Answer> {
  const headers = {
    origin: app.siteOrigin,
    ...(operation.body && { "content-type": "application/json" }),
    ...(operation.headers && "if-match" in operation.headers.shape && { "if-match": '"0"' }),
    ...(who && { ...bearer(who.accessToken), cookie: who.cookie }),
  };
  const empty = operation === operations.saveNotes ? '{"notes":[]}' : "{}";
  const path = operation.path.replace(":id", id).replace(":version", "1");
  const body = operation.body ? empty : null;
  return send(app, operation.method.toUpperCase(), path, { headers, body });
}

const kinds = ["images", "media", "projects"] as const;
type Kind = (typeof kinds)[number] | "sessions";

const kindOf = ({ path }: Operation): Kind =>
  kinds.find((kind) => path.startsWith(`/${kind}/`)) ?? "sessions";

/** A person with a second session and an object of the operation's kind. */
async function owner(operation: Operation) {
  const first = await member(app);
  await signIn(app, first.email);
  const { accessToken } = first.body;
  const { items } = (await listSessions(app, accessToken)).body;
  const session = items.find(({ current }) => !current)!.id;
  const made: Record<Kind, () => Promise<string>> = {
    images: async () => (await addImage(app, accessToken)).id,
    media: async () => (await uploadMedia(app, accessToken, sound())).body.media.id,
    projects: async () => (await newProject(app, accessToken)).body.project.id,
    sessions: async () => session,
  };
  const own = await made[kindOf(operation)]();
  return { accessToken, cookie: first.cookie, own, session };
}

describe("AZ-01 who may do what", () => {
  test.each(cases)("%s", async (name, operation) => {
    const [a, b] = [await owner(operation), await owner(operation)];
    const answers = [await ask(operation, b.own), await ask(operation, a.own, a)];
    if (operation.params) answers.push(await ask(operation, b.own, a), await ask(operation, absentId, a));
    expect(answers.map(({ status }) => status)).toEqual(access[name]);
    const still = await listSessions(app, b.accessToken);
    expect(still.body.items.map(({ id }) => id)).toContain(b.session);
    for (const [kind, path] of [
      ["images", `/images/${b.own}`],
      ["media", `/media/${b.own}/url`],
      ["projects", `/projects/${b.own}`],
    ] as const) {
      const shown = await send(app, "GET", path, { headers: bearer(b.accessToken) });
      expect(shown.status).toBe(kindOf(operation) === kind ? 200 : 404);
    }
  });

  test("AZ-02 another's object and an absent one get the same response", async () => {
    const forOwners = cases.filter(([name, { params }]) => params && access[name][2] === 404);
    expect(forOwners).toHaveLength(17);
    for (const [, operation] of forOwners) {
      const [a, b] = [await owner(operation), await owner(operation)];
      const [others, absent] = [await ask(operation, b.own, a), await ask(operation, absentId, a)];
      expect({ ...others.body, requestId: "" }).toEqual({ ...absent.body, requestId: "" });
    }
  });
});
