import { createHash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Dropped } from "../../../../local-cloud/serverless/lambda/async-invocations.ts";
import type { FunctionDescription } from "../../../../local-cloud/serverless/lambda/function-description.ts";
import type { LogLine } from "../../../../local-cloud/serverless/lambda/environment-log.ts";
import { processSandboxes } from "../../../../local-cloud/serverless/lambda/process-sandboxes.ts";
import { lambdaRunner, type RunnerProps } from "../../../../local-cloud/serverless/lambda/runner.ts";
import type { Sandboxes } from "../../../../local-cloud/serverless/lambda/sandbox.ts";

export const arnOf = (name: string) => `arn:aws:lambda:us-east-1:123456789012:function:${name}`;

/** A function with one file, `index.mjs`. */
export function functionOf(
  name: string,
  source: string,
  settings: Partial<FunctionDescription> & { readonly mode?: number } = {},
): FunctionDescription {
  const zip = storedZip("index.mjs", source, settings.mode);
  return {
    arn: arnOf(name),
    name,
    version: "$LATEST",
    runtime: "nodejs22.x",
    handler: "index.handler",
    memoryMb: 256,
    timeoutMs: 20_000,
    tmpMb: 512,
    role: "arn:aws:iam::123456789012:role/api",
    environment: {},
    codeSha256: createHash("sha256").update(zip).digest("base64"),
    readCode: async () => zip,
    logGroup: `/aws/lambda/${name}`,
    logFormat: "Text",
    reservedConcurrency: undefined,
    maxRetries: 2,
    maxEventAgeMs: 6 * 3_600_000,
    ...settings,
  };
}

/** A runner of the functions given, as processes unless it is given other sandboxes; `declare` changes one. */
export async function startRunner(
  functions: readonly FunctionDescription[],
  options: Partial<RunnerProps> & { readonly sandboxes?: Sandboxes } = {},
) {
  const declared = new Map(functions.map((one) => [one.arn, one]));
  const codeFolder = mkdtempSync(join(tmpdir(), "lambda-code-"));
  const log: LogLine[] = [];
  const dropped: Dropped[] = [];
  const runner = lambdaRunner({
    describe: async (arn) => declared.get(arn),
    sandboxes: processSandboxes({ node: process.execPath, label: `test-${process.pid}` }),
    codeFolder,
    credentials: (role) => ({
      accessKeyId: `ASIA-${role.split("/")[1]}`,
      secretAccessKey: "secret",
      sessionToken: "token",
      expires: new Date(Date.now() + 3_600_000),
    }),
    log: (line) => log.push(line),
    now: () => new Date(),
    onDropped: (event) => dropped.push(event),
    initTimeoutMs: 30_000, // for a machine that does much else
    ...options,
  });

  return {
    ...runner,
    log,
    dropped,
    declare: (description: FunctionDescription, arn = description.arn) => declared.set(arn, description),
    /** What the handler gave; an Error if it did not. */
    async call(name: string, event: unknown = {}): Promise<any> {
      const result = await runner.invoke(arnOf(name), JSON.stringify(event));
      if (result.kind !== "ran" || result.failed) throw new Error(JSON.stringify(result));
      return JSON.parse(result.payload);
    },
    /** The fault that a failed invocation ends with. */
    async faultOf(name: string, event: unknown = {}): Promise<any> {
      const result = await runner.invoke(arnOf(name), JSON.stringify(event));
      if (result.kind !== "ran" || !result.failed) throw new Error(JSON.stringify(result));
      return JSON.parse(result.payload);
    },
    lines: () => log.map(({ line }) => line),
    /** The lines, once one of them matches. */
    async linesWith(pattern: RegExp): Promise<string[]> {
      for (let waited = 0; waited < 10_000; waited += 20) {
        const lines = log.map(({ line }) => line);
        if (lines.some((line) => pattern.test(line))) return lines;
        await sleep(20);
      }
      throw new Error(`${pattern} is not in ${JSON.stringify(log, null, 1)}`);
    },
    async stop() {
      await runner.stop();
      rmSync(codeFolder, { recursive: true, force: true });
    },
  };
}

/** A zip with one file, as it is. */
export function storedZip(name: string, text: string, mode = 0o644): Buffer {
  const path = Buffer.from(name);
  const data = Buffer.from(text);
  const local = Buffer.alloc(30);
  local.writeUInt32LE(0x04034b50, 0);
  local.writeUInt16LE(path.length, 26);
  const entry = Buffer.alloc(46);
  entry.writeUInt32LE(0x02014b50, 0);
  entry.writeUInt16LE(3 << 8, 4);
  entry.writeUInt32LE(data.length, 20);
  entry.writeUInt32LE(data.length, 24);
  entry.writeUInt16LE(path.length, 28);
  entry.writeUInt32LE((mode << 16) >>> 0, 38);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(1, 8);
  end.writeUInt16LE(1, 10);
  end.writeUInt32LE(entry.length + path.length, 12);
  end.writeUInt32LE(local.length + path.length + data.length, 16);
  return Buffer.concat([local, path, data, entry, path, end]);
}
