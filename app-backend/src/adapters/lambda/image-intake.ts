import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { AppError } from "../../domain/app-error.ts";
import { isOutage } from "../../domain/outage.ts";
import type { ImageIntake } from "../../ports/image-intake.ts";
import type { ImageReply, ImageRequest } from "./image-protocol.ts";

interface Dependencies {
  readonly client: LambdaClient;
  /** ARN of an alias. */
  readonly functionArn: string;
}

/** As long as the function may run. */
const callTimeoutMs = 25_500;

/** The client; credentials come from the SDK's default chain. */
export function openLambda({ region }: { readonly region: string }): LambdaClient {
  return new LambdaClient({
    region,
    maxAttempts: 2, // a repetition stores the same objects
    requestHandler: { connectionTimeout: 1_000, requestTimeout: callTimeoutMs, throwOnRequestTimeout: true },
  });
}

/**
 * Has another function take uploads in. A function that is stopped by its time or its memory, or of which too many run,
 * is `unavailable`: the upload stays.
 */
export function lambdaImageIntake({ client, functionArn: FunctionName }: Dependencies): ImageIntake {
  return {
    async take(upload, destination, { signal, network }) {
      signal.throwIfAborted();
      const Payload = Buffer.from(JSON.stringify({ upload, destination, network } satisfies ImageRequest));
      const answer = await client
        .send(new InvokeCommand({ FunctionName, Payload }), { abortSignal: signal })
        .catch((error: unknown) => {
          signal.throwIfAborted();
          return rethrowLambdaError(error);
        });
      if (answer.FunctionError !== undefined) throw new AppError("unavailable", "image function has failed");
      const reply = JSON.parse(Buffer.from(answer.Payload!).toString()) as ImageReply;
      if ("taken" in reply) return reply.taken ?? undefined;
      const { code, message, faults, retryAfterMs } = reply.refusal;
      throw new AppError(code, message, { faults, ...(retryAfterMs !== undefined && { retryAfterMs }) });
    },
  };
}

/** Errors of Lambda that mean "not now"; any other is a fault of ours. */
export const lambdaOutages: ReadonlySet<string> = new Set([
  "EC2ThrottledException",
  "EC2UnexpectedException",
  "ResourceConflictException",
  "ResourceNotReadyException",
  "ServiceException",
]);

function rethrowLambdaError(error: unknown): never {
  if (isOutage(error) || (error instanceof Error && lambdaOutages.has(error.name)))
    throw new AppError("unavailable", "image function is away", { cause: error });
  throw error;
}
