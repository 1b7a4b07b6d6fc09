import {
  DeleteFunctionCommand,
  GetAliasCommand,
  type LambdaClient,
  paginateListVersionsByFunction,
  UpdateAliasCommand,
} from "@aws-sdk/client-lambda";
import { retried, type RetryProps } from "./retry.ts";
import { isTransient } from "./trial.ts";

const alias = "live";

/** Numbers of the published versions of a function, the oldest first. */
export async function versionsOf(client: LambdaClient, FunctionName: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { Versions = [] } of paginateListVersionsByFunction({ client }, { FunctionName })) {
    found.push(...Versions.map(({ Version }) => Version!).filter((version) => /^\d+$/.test(version)));
  }
  return found.toSorted((a, b) => Number(a) - Number(b));
}

/** The version that serves. */
export async function liveVersion(client: LambdaClient, FunctionName: string): Promise<string> {
  const { FunctionVersion } = await client.send(new GetAliasCommand({ FunctionName, Name: alias }));
  return FunctionVersion!;
}

/** Has a version serve from now on; invocations that run go on where they are. */
export async function moveAlias(
  client: LambdaClient,
  FunctionName: string,
  FunctionVersion: string,
  clock: Omit<RetryProps, "isTransient"> = {},
): Promise<void> {
  const update = new UpdateAliasCommand({ FunctionName, Name: alias, FunctionVersion });
  await retried(() => client.send(update), { ...clock, isTransient });
}

/** Removes the published versions but those given, and newer ones: another machine may be about to release them. */
export async function removeOthers(
  client: LambdaClient,
  FunctionName: string,
  kept: readonly string[],
): Promise<void> {
  const newest = Math.max(...kept.map(Number));
  for (const Qualifier of await versionsOf(client, FunctionName)) {
    if (!kept.includes(Qualifier) && Number(Qualifier) < newest)
      await client.send(new DeleteFunctionCommand({ FunctionName, Qualifier }));
  }
}
