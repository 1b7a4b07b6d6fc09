import { openEnvironment } from "../../../infra/local-cloud/serverless/lambda/environment.ts";
import { processSandboxes } from "../../../infra/local-cloud/serverless/lambda/process-sandboxes.ts";
import type { Figure } from "../measure/figure.ts";
import { rounds } from "../measure/rounds.ts";
import { programsFolder } from "../processes/bundles.ts";
import { node } from "../processes/runtime.ts";
import { compare } from "./compare.ts";
import type { Surroundings } from "./surroundings.ts";

interface ColdFunction {
  /** Folder with its code. */
  readonly task: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly event: object;
}

const patienceMs = 30_000;

/** From the start of an execution environment to its first answer, in plain processes, whose processor nothing limits. */
export async function coldStartFigure(api: ColdFunction, { long }: Surroundings["effort"]): Promise<Figure> {
  const empty = () => coldStart({ ...api, task: programsFolder }, "empty-function.handler");
  const contenders = { subject: () => coldStart(api, "api.handler"), floor: empty, control: empty };
  const yardstick = "a function that does nothing";
  return compare(
    {
      id: "function-cold-start",
      title: "cold start to the answer of GET /api/health",
      unit: "ms",
      yardstick,
    },
    await rounds<keyof typeof contenders, number>(contenders, long.rounds),
    (ms) => ms,
  );
}

async function coldStart({ task, environment, event }: ColdFunction, handler: string): Promise<number> {
  const variables = environment as Record<string, string>;
  const startedAt = performance.now();
  const opened = await openEnvironment({
    description: {
      ...{ arn: "arn:aws:lambda:us-east-1:123456789012:function:bench:1", name: "bench", version: "1" },
      ...{ runtime: "nodejs22.x", handler, memoryMb: 1_769, tmpMb: 512, timeoutMs: patienceMs },
      ...{ role: "arn:aws:iam::123456789012:role/bench", environment: variables, codeSha256: "" },
      ...{ logGroup: "/aws/lambda/bench", logFormat: "JSON", maxRetries: 0, maxEventAgeMs: 0 },
      reservedConcurrency: undefined,
      readCode: () => Promise.reject(new Error("it is unpacked")),
    },
    task,
    sandboxes: processSandboxes({ node, label: "bench" }),
    credentials: {
      accessKeyId: variables["AWS_ACCESS_KEY_ID"]!,
      secretAccessKey: variables["AWS_SECRET_ACCESS_KEY"]!,
      sessionToken: "",
      expires: new Date(8.64e15),
    },
    log: () => undefined,
    initTimeoutMs: patienceMs,
  });
  try {
    const fault = (await opened.ready) ?? (await opened.invoke("", JSON.stringify(event)));
    const { statusCode } = JSON.parse(fault?.payload ?? "{}") as { statusCode?: number };
    if (statusCode !== 200) throw new Error(`${handler} did not start: ${fault?.payload}`);
    return performance.now() - startedAt;
  } finally {
    await opened.kill();
  }
}
