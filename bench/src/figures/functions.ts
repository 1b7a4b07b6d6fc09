import { join } from "node:path";
import { edgeProofHeader } from "../../../app-backend/src/http/edge-proof.ts";
import {
  type Answer,
  bearer,
  getAccount,
  newEmail,
  newProject,
  refresh,
  send,
  sendJson,
  signIn,
} from "../../../app-backend/test/client.ts";
import { alwaysKept } from "../../../app-backend/src/domain/version-thinning.ts";
import { dynamodbCallsOf } from "../../../app-backend/test/dynamodb-calls.ts";
import { onePixelPng } from "../../../app-backend/test/images.ts";
import { httpEvent } from "../../../app-backend/test/lambda-event.ts";
import { startServerless, type TestServerless } from "../../../app-backend/test/serverless-app.ts";
import { addImage, registerBy, sendPicture } from "../../../app-backend/test/uploads.ts";
import type { Count, Entry } from "../measure/figure.ts";
import { cpuPerOperation } from "../measure/slice.ts";
import { buildFunctions, type FunctionBundles, programsFolder } from "../processes/bundles.ts";
import { coldStartFigure } from "./cold-start.ts";
import { compare } from "./compare.ts";
import { looping } from "./contenders.ts";
import { interleave } from "./interleave.ts";
import type { Surroundings } from "./surroundings.ts";

const pageOf = 20;
const minuteMs = 60_000;

/** What a request costs as a function of the serverless stack, how soon a function answers, and how large it is. */
export async function functionFigures({ effort }: Surroundings): Promise<Entry[]> {
  const bundles = await buildFunctions();
  let aheadMs = 0;
  const stack = await startServerless({ clock: () => new Date(Date.now() + aheadMs) });
  try {
    const email = newEmail();
    const upload = await sendPicture(stack.app, onePixelPng);
    await succeed(registerBy(stack.app, upload, { email }));
    const { body, cookie } = await succeed(signIn(stack.app, email));
    const request = (path: string, headers = {}) =>
      httpEvent({ path, headers: { ...headers, [edgeProofHeader]: stack.proof } });
    const health = request("/api/health");
    const ofApi = (event: object) => functionLoop(join(bundles.api, "api.mjs"), event, stack.environment);
    const bare = () => functionLoop(join(programsFolder, "bare-serverless.mjs"), httpEvent({ path: "/" }));
    const { subject, account, floor, control } = await interleave(
      {
        subject: ofApi(health),
        account: ofApi(request("/api/account", bearer(body.accessToken))),
        floor: bare(),
        control: bare(),
      },
      effort.short,
    );
    const cpu = { unit: "µs CPU", yardstick: "Express 5 behind serverless-http" };
    return [
      compare(
        { id: "function-cpu", title: "GET /api/health by the function's handler", ...cpu },
        { subject, floor, control },
        cpuPerOperation,
      ),
      compare(
        { id: "function-account-cpu", title: "GET /api/account by it, from DynamoDB", ...cpu },
        { subject: account, floor, control },
        cpuPerOperation,
      ),
      await coldStartFigure({ task: bundles.api, environment: stack.environment, event: health }, effort),
      ...sizes(bundles),
      ...(await callsOf(stack, email, cookie, (ms) => (aheadMs += ms))),
    ];
  } finally {
    await stack.close();
  }
}

function functionLoop(file: string, event: object, environment: NodeJS.ProcessEnv = {}) {
  return looping("function", {
    ...(environment as Record<string, string>),
    HANDLER_FILE: file,
    EVENT: JSON.stringify(event),
    LOG_LEVEL: "info",
  });
}

function sizes({ bytes }: FunctionBundles): Count[] {
  const unit = "MB";
  return [
    {
      id: "function-api-zip",
      title: "archive of the function for the API and jobs",
      unit,
      value: bytes.api / 1e6,
      yardstick: "Express 5 behind serverless-http",
      floor: bytes.bareApi / 1e6,
    },
    {
      id: "function-images-zip",
      title: "archive of the function for images",
      unit,
      value: bytes.images / 1e6,
      yardstick: "sharp's binaries",
      floor: bytes.sharp / 1e6,
    },
  ];
}

/** How often a request calls DynamoDB, through the whole application. */
async function callsOf(
  { app }: TestServerless,
  email: string,
  cookie: string,
  wait: (ms: number) => void,
): Promise<Count[]> {
  const signedIn = await succeed(signIn(app, email));
  const { accessToken } = signedIn.body;
  for (let count = 0; count <= pageOf; count += 1) await addImage(app, accessToken);
  const page = `/images?limit=${pageOf}`;
  const unit = "calls";
  const counted = (work: () => Promise<Answer>) => dynamodbCallsOf(() => succeed(work()));
  const counts = [
    {
      id: "function-signin-calls",
      title: "calls of DynamoDB in a sign-in",
      unit,
      yardstick: "the account and its new session",
      floor: 2,
      value: await counted(() => signIn(app, email)),
    },
    {
      id: "function-account-calls",
      title: "calls of DynamoDB for the account",
      unit,
      yardstick: "the check of the session and the account",
      floor: 2,
      value: await counted(() => getAccount(app, accessToken)),
    },
    {
      id: "function-list-calls",
      title: "calls of DynamoDB for a page of images",
      unit,
      yardstick: "the check of the session and a query",
      floor: 2,
      value: await counted(() => send(app, "GET", page, { headers: bearer(accessToken) })),
    },
  ];
  const created = await succeed(newProject(app, accessToken));
  let { etag } = created.body.project;
  const save = async (text: string) => {
    const path = `/projects/${created.body.project.id}/notes`;
    const headers = { ...bearer(accessToken), "if-match": etag };
    const saved = await succeed(sendJson(app, "PUT", path, { notes: [{ text }] }, headers));
    ({ etag } = saved.body.project);
    return saved;
  };
  for (let count = 0; count < alwaysKept; count += 1) await save(`version ${count}`);
  const ofProjects = [
    {
      id: "function-save-calls",
      title: "calls of DynamoDB in a save of notes, thinning included",
      unit,
      yardstick: "the check of the session, the project, and a transaction",
      floor: 3,
      value: await counted(() => save("once more")),
    },
    {
      id: "function-projects-calls",
      title: "calls of DynamoDB for a page of projects",
      unit,
      yardstick: "the check of the session and a query",
      floor: 2,
      value: await counted(() => send(app, "GET", "/projects?limit=24", { headers: bearer(accessToken) })),
    },
  ];
  wait(minuteMs); // a younger token is not rotated
  const refreshes = await counted(() => refresh(app, cookie));
  return [
    ...counts,
    ...ofProjects,
    {
      id: "function-refresh-calls",
      title: "calls of DynamoDB in a refresh",
      unit,
      yardstick: "its step and the account",
      floor: 2,
      value: refreshes,
    },
  ];
}

async function succeed(answer: Promise<Answer>): Promise<Answer> {
  const { status, body } = await answer;
  if (status > 299) throw new Error(`answered ${status}: ${JSON.stringify(body)}`);
  return answer;
}
