import {
  GetParameterHistoryCommand,
  GetParametersCommand,
  type Parameter,
  type ParameterHistory,
  SSMClient,
} from "@aws-sdk/client-ssm";
import { AppError } from "../../domain/app-error.ts";
import { isOutage } from "../../domain/outage.ts";
import type { Keyring } from "../../domain/keyring.ts";
import type { SecretRing } from "../../domain/secret-ring.ts";

export interface SecretsConfig {
  readonly region: string;
  /** Below it each secret has its name. */
  readonly path: string;
  /** Ids of sign-in providers, whose secrets are below it too. @default - none */
  readonly providers?: readonly string[];
}

export interface Secrets {
  readonly accessSecrets: Keyring<Buffer>;
  readonly refreshSecrets: Keyring<Buffer>;
  readonly factorSecrets: SecretRing;
  /** What the edge proves itself with: the current value first, then those that may still arrive. */
  readonly edgeProofs: readonly Buffer[];
  /** By the ids of sign-in providers; a public client has none. */
  readonly clientSecrets: ReadonlyMap<string, string>;
}

interface Dependencies extends Pick<SecretsConfig, "path" | "providers"> {
  readonly client: SSMClient;
  readonly now: () => Date;
  /** Called if they could not be read again; those of before go on. */
  readonly onStale: (error: unknown) => void;
}

/** How long an environment uses what it has read. */
const freshMs = 5 * 60_000;
/** Unknown secrets have them read again no sooner than this: strangers could use up the rate that SSM allows. */
const leastFreshMs = 10_000;
/** A new secret signs this long after it was made: by then every environment has read it. */
const spreadMs = 2 * freshMs;
/** How long the edge may send the former proof. */
const proofSpreadMs = 3_600_000;
/** Longer than a token lives: what was replaced before is of no use. */
const longestMs = 15 * 24 * 3_600_000;
const leastBytes = 64;

const names = ["access-token", "refresh-token", "edge-proof", "factors"] as const;
/** What one request may ask for. */
const mostNames = 10;
/** The value of a parameter that has no secret. */
const noSecret = "none";

export function openSsm({ region }: SecretsConfig): SSMClient {
  return new SSMClient({
    region,
    maxAttempts: 3,
    requestHandler: { connectionTimeout: 1_000, requestTimeout: 2_000, throwOnRequestTimeout: true },
  });
}

/**
 * Secrets in SSM parameters, with the versions that they replaced. `read` returns the same object until one has changed;
 * `readAgain` is for a caller that has met one that is unknown. Throws if one is missing or too short, without its value.
 */
export function ssmSecrets({ client, path, providers = [], now, onStale }: Dependencies) {
  let kept: { readonly secrets: Secrets; readonly versions: string; readAtMs: number } | undefined;

  let triedAtMs = -Infinity;

  async function read(): Promise<Secrets> {
    return kept && now().getTime() < kept.readAtMs + freshMs ? kept.secrets : fetched();
  }

  async function readAgain(): Promise<Secrets> {
    return kept && now().getTime() < triedAtMs + leastFreshMs ? kept.secrets : fetched();
  }

  async function fetched(): Promise<Secrets> {
    const atMs = now().getTime();
    triedAtMs = atMs;
    try {
      const [parameters, ofProviders] = [await current(), await currentOfProviders()];
      const all = [...parameters, ...ofProviders].map(({ Name, Version }) => `${Name} ${Version}`);
      const versions = all.toSorted().join("\n");
      if (kept?.versions === versions) kept.readAtMs = atMs;
      else {
        const clientSecrets = clientSecretsIn(ofProviders);
        kept = { secrets: { ...(await withHistory(parameters)), clientSecrets }, versions, readAtMs: atMs };
      }
    } catch (error) {
      if (!kept) throw isOutage(error) ? new AppError("unavailable", "SSM is away", { cause: error }) : error;
      kept.readAtMs = atMs - freshMs / 2; // try again, but not with each request
      onStale(error);
    }
    return kept.secrets;
  }

  async function current(): Promise<Parameter[]> {
    const Names = names.map((name) => `${path}/${name}`);
    const { Parameters = [] } = await client.send(new GetParametersCommand({ Names, WithDecryption: true }));
    return Names.map((wanted) => {
      const found = Parameters.find(({ Name }) => Name === wanted);
      if (!found) throw new Error(`There is no parameter ${wanted}.`);
      if (Buffer.byteLength(found.Value ?? "") < leastBytes) throw new Error(`${wanted} is too short.`);
      return found;
    });
  }

  /** Those that there are: a missing one is the fault of one provider, and no reason to refuse all requests. */
  async function currentOfProviders(): Promise<Parameter[]> {
    const found: Parameter[] = [];
    for (let from = 0; from < providers.length; from += mostNames) {
      const Names = providers.slice(from, from + mostNames).map((id) => `${path}/providers/${id}`);
      const { Parameters = [] } = await client.send(
        new GetParametersCommand({ Names, WithDecryption: true }),
      );
      found.push(...Parameters);
    }
    return found;
  }

  async function withHistory(parameters: readonly Parameter[]): Promise<Omit<Secrets, "clientSecrets">> {
    const found = await Promise.all(parameters.map(versionsOf));
    const [access = [], refresh = [], proof = [], factors = []] = found;
    const proofsSince = now().getTime() - proofSpreadMs;
    return {
      accessSecrets: ringOf(access),
      refreshSecrets: ringOf(refresh),
      factorSecrets: { current: factors[0]!.key, former: factors.slice(1).map(({ key }) => key) },
      edgeProofs: proof
        .filter(({ until }) => until === undefined || until.getTime() > proofsSince)
        .map(({ key }) => key),
    };
  }

  /** The versions of a parameter, the latest first, each with the time at which it was replaced. */
  async function versionsOf({ Name, Value, Version = 1, LastModifiedDate }: Parameter) {
    // What a secret of factors has encrypted is never encrypted again.
    const isOld = !Name!.endsWith("/factors") && now().getTime() - LastModifiedDate!.getTime() > longestMs;
    const all = Version === 1 || isOld ? [{ Value, Version, LastModifiedDate }] : await historyOf(Name!);
    const sorted = all.toSorted((one, other) => other.Version! - one.Version!);
    return sorted.map((version, index) => ({
      key: Buffer.from(version.Value!),
      until: sorted[index - 1]?.LastModifiedDate,
    }));
  }

  async function historyOf(Name: string): Promise<ParameterHistory[]> {
    const found: ParameterHistory[] = [];
    let NextToken: string | undefined;
    do {
      const command = new GetParameterHistoryCommand({ Name, WithDecryption: true, NextToken });
      const answer = await client.send(command);
      found.push(...(answer.Parameters ?? []));
      NextToken = answer.NextToken;
    } while (NextToken !== undefined);
    return found;
  }

  return { read, readAgain };
}

/** What is pasted often ends with a line break. */
function clientSecretsIn(parameters: readonly Parameter[]): ReadonlyMap<string, string> {
  const idIn = (name: string) => name.slice(name.lastIndexOf("/") + 1);
  const pairs = parameters.map(({ Name = "", Value = "" }) => [idIn(Name), Value.trim()] as const);
  return new Map(pairs.filter(([, secret]) => secret !== noSecret && secret !== ""));
}

interface Version {
  readonly key: Buffer;
  readonly until: Date | undefined;
}

function ringOf([latest, ...replaced]: readonly Version[]): Keyring<Buffer> {
  const former = replaced.map(({ key, until }) => ({ key, until: new Date(until!.getTime() + spreadMs) }));
  return { current: latest!.key, former: former.toReversed() };
}
