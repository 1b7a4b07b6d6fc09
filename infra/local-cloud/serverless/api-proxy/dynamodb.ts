import { type Answer, type Call, type Json, jsonOf } from "./call.ts";
import { lateIndexes } from "./late-indexes.ts";
import { ApiError } from "./refusal.ts";
import type { Upstream } from "./upstream.ts";

export interface DynamodbProps {
  readonly upstream: Upstream;
  readonly now: () => Date;
  /** How long a write is not yet in the global secondary indexes; 0 makes them consistent, as AWS never promises. */
  readonly indexLagMs: number;
}

const tokenLifetimeMs = 10 * 60 * 1000;

/** DynamoDB before an emulator that is neither atomic nor late: one call after the other. */
export function dynamodb({ upstream, now, indexLagMs }: DynamodbProps): (call: Call) => Promise<Answer> {
  const inTurn = oneAtATime();
  const indexes = lateIndexes({ upstream, now, lagMs: indexLagMs, inTurn });
  const tokens = new Map<
    string,
    { readonly until: number; readonly request: string; readonly answer: Answer }
  >();

  async function send(call: Call): Promise<Answer> {
    const json = jsonOf(call);
    if (/Execute(Statement|Transaction)$/.test(call.action ?? "")) {
      throw new ApiError("UnknownOperationException", "The local cloud does not take PartiQL.");
    }
    refuseShortIndexNames(json);
    const { ClientRequestToken: token } = json;
    if (call.action !== "TransactWriteItems" || typeof token !== "string") return indexes.send(call);
    return once(token, call, JSON.stringify(json["TransactItems"]));
  }

  /** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html#DDB-TransactWriteItems-request-ClientRequestToken */
  async function once(token: string, call: Call, request: string): Promise<Answer> {
    const at = now().getTime();
    for (const [old, { until }] of tokens) if (until <= at) tokens.delete(old);
    const key = `${call.region} ${token}`;
    const known = tokens.get(key);
    if (known?.request === request) return known.answer;
    if (known !== undefined) {
      throw new ApiError(
        "IdempotentParameterMismatchException",
        "The request uses the same client token as a previous, but non-identical request.",
      );
    }
    const answer = await indexes.send(call);
    if (answer.status === 200) tokens.set(key, { until: at + tokenLifetimeMs, request, answer });
    return answer;
  }

  return (call) =>
    inTurn(async () => {
      // Else, once callers give up and try again, only calls that no one waits for would be carried out.
      if (call.isAbandoned?.()) throw new ApiError("ServiceUnavailable", "The caller has left.", 503);
      return send(call);
    });
}

/** Runs what it is given one after the other, in the order of arrival. */
function oneAtATime() {
  let last: Promise<unknown> = Promise.resolve();
  return <Result>(work: () => Promise<Result>): Promise<Result> => {
    const mine = last.then(work, work);
    last = mine.catch(() => undefined);
    return mine;
  };
}

/** The emulator takes names of any length. */
function refuseShortIndexNames(json: Json): void {
  const created = json["GlobalSecondaryIndexUpdates"] as { Create?: Json }[] | undefined;
  const definitions = [
    ...((json["GlobalSecondaryIndexes"] as Json[] | undefined) ?? []),
    ...((json["LocalSecondaryIndexes"] as Json[] | undefined) ?? []),
    ...(created?.map(({ Create }) => Create ?? {}) ?? []),
  ];
  const faulty = definitions
    .map(({ IndexName: name }) => name)
    .find((name) => typeof name === "string" && !/^[\w.-]{3,255}$/.test(name));
  if (faulty === undefined) return;
  throw new ApiError(
    "ValidationException",
    `1 validation error detected: Value '${String(faulty)}' at 'indexName' failed to satisfy constraint: Member must have length greater than or equal to 3 and satisfy [a-zA-Z0-9_.-]+`,
  );
}
