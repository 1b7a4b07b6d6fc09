import {
  GetAliasCommand,
  GetFunctionCommand,
  GetFunctionConcurrencyCommand,
  GetFunctionEventInvokeConfigCommand,
  GetPolicyCommand,
  LambdaClient,
  ResourceNotFoundException,
} from "@aws-sdk/client-lambda";
import { type SigningKeys, signedFetch } from "../emulator/signed-fetch.ts";
import type { Distribution } from "./edge/distribution.ts";
import { readDistribution } from "./edge/read-distribution.ts";
import { globMatches } from "./edge/distribution.ts";
import type { ApiDescription } from "./http-api/api-description.ts";
import { readApi } from "./http-api/read-api.ts";
import type { FunctionDescription } from "./lambda/function-description.ts";

export interface DeclarationsProps {
  /** The proxy before the emulator. */
  readonly url: URL;
  readonly keys: SigningKeys;
  readonly now: () => Date;
  /** Variables that AWS does not set, such as endpoints, for a function by its name. */
  readonly environment: (functionName: string) => Readonly<Record<string, string>>;
}

export const accountId = "123456789012";
/** CloudFront has no region; its calls are signed for this one. */
const globalRegion = "us-east-1";

/** An HTTP API with what its callers need beside its description. */
export interface DeclaredApi extends ApiDescription {
  readonly accessLogGroup: string | undefined;
}

/** Reads what Terraform declared through the API, and keeps it until `changed`. */
export function declarations({ url, keys, now, environment }: DeclarationsProps) {
  const known = new Map<string, Promise<unknown>>();
  const clients = new Map<string, LambdaClient>();

  function kept<T>(key: string, read: () => Promise<T>): Promise<T> {
    const found = (known.get(key) as Promise<T> | undefined) ?? read();
    known.set(key, found);
    found.catch(() => known.delete(key));
    return found;
  }

  function lambdaIn(region: string): LambdaClient {
    const client =
      clients.get(region) ??
      new LambdaClient({ endpoint: url.href, region, credentials: keys, maxAttempts: 2 });
    clients.set(region, client);
    return client;
  }

  async function get(service: string, region: string, path: string): Promise<Response> {
    const answer = await signedFetch({ url: new URL(path, url), service, region }, keys, now());
    if (!answer.ok) throw new Error(`GET ${path} answered ${answer.status}: ${await answer.text()}`);
    return answer;
  }

  const cloudfront = async (path: string) =>
    (await get("cloudfront", globalRegion, `/2020-05-31/${path}`)).text();

  const readFunction = (name: string) => cloudfront(`function/${name}?Stage=LIVE`);

  async function distributionOf(id: string): Promise<Distribution> {
    const xml = await cloudfront(`distribution/${id}`);
    const domainName = /<DomainName>([^<]+\.cloudfront\.net)<\/DomainName>/.exec(xml)?.[1] ?? "";
    return readDistribution(
      (kind, name) => (kind === "function" ? readFunction(name) : cloudfront(`${kind}/${name}`)),
      { id, accountId, domainName, xml },
    );
  }

  async function apiOf(apiId: string, region: string): Promise<DeclaredApi> {
    const json = async (path: string): Promise<any> => (await get("apigateway", region, path)).json();
    const stage = "$default";
    const api = await readApi(json, { apiId, stage, accountId, region });
    const { accessLogSettings } = await json(`/v2/apis/${apiId}/stages/${encodeURIComponent(stage)}`);
    const group = /:log-group:([^:]+)/.exec(accessLogSettings?.destinationArn ?? "")?.[1];
    return { ...api, accessLogGroup: group };
  }

  async function functionOf(arn: string): Promise<FunctionDescription | undefined> {
    const [, , , region = "", , , FunctionName = "", qualifier] = arn.split(":");
    const lambda = lambdaIn(region);
    try {
      const version = await versionOf(lambda, FunctionName, qualifier);
      const Qualifier = version === "$LATEST" ? {} : { Qualifier: version };
      const { Configuration: found = {}, Code } = await lambda.send(
        new GetFunctionCommand({ FunctionName, ...Qualifier }),
      );
      const { ReservedConcurrentExecutions } = await lambda.send(
        new GetFunctionConcurrencyCommand({ FunctionName }),
      );
      const retries = await lambda
        .send(
          new GetFunctionEventInvokeConfigCommand({
            FunctionName,
            ...(qualifier && { Qualifier: qualifier }),
          }),
        )
        .catch(() => undefined);
      const base = arn.split(":").slice(0, 7).join(":");
      return {
        arn: version === "$LATEST" ? base : `${base}:${version}`,
        name: FunctionName,
        version,
        runtime: found.Runtime!,
        handler: found.Handler!,
        memoryMb: found.MemorySize ?? 128,
        timeoutMs: (found.Timeout ?? 3) * 1000,
        tmpMb: found.EphemeralStorage?.Size ?? 512,
        role: found.Role!,
        environment: { ...environment(FunctionName), ...found.Environment?.Variables },
        codeSha256: found.CodeSha256!,
        readCode: async () => Buffer.from(await (await fetch(Code!.Location!)).arrayBuffer()),
        logGroup: found.LoggingConfig?.LogGroup ?? `/aws/lambda/${FunctionName}`,
        logFormat: found.LoggingConfig?.LogFormat ?? "Text",
        reservedConcurrency: ReservedConcurrentExecutions ?? undefined,
        maxRetries: retries?.MaximumRetryAttempts ?? 2,
        maxEventAgeMs: (retries?.MaximumEventAgeInSeconds ?? 21_600) * 1000,
      };
    } catch (error) {
      if (error instanceof ResourceNotFoundException) return undefined;
      throw error;
    }
  }

  async function versionOf(client: LambdaClient, FunctionName: string, qualifier: string | undefined) {
    if (qualifier === undefined || qualifier === "$LATEST") return "$LATEST";
    if (/^\d+$/.test(qualifier)) return qualifier;
    const alias = await client.send(new GetAliasCommand({ FunctionName, Name: qualifier }));
    return alias.FunctionVersion!;
  }

  /** Whether a statement of the function's policy lets the gateway invoke it for that API. */
  async function permits(functionArn: string, { apiId, region }: ApiDescription): Promise<boolean> {
    const [, , , ownRegion = "", , , FunctionName = "", qualifier] = functionArn.split(":");
    const { Policy } = await lambdaIn(ownRegion)
      .send(new GetPolicyCommand({ FunctionName, ...(qualifier && { Qualifier: qualifier }) }))
      .catch(() => ({ Policy: undefined }));
    const { Statement = [] } = JSON.parse(Policy ?? "{}") as { Statement?: any[] };
    const source = `arn:aws:execute-api:${region}:${accountId}:${apiId}/$default/$default`;
    return Statement.some(
      ({ Effect, Principal, Condition }) =>
        Effect === "Allow" &&
        Principal?.Service === "apigateway.amazonaws.com" &&
        globMatches(`/${Condition?.ArnLike?.["AWS:SourceArn"] ?? ""}`, `/${source}`),
    );
  }

  return {
    /** Forgets all: a call may have changed it. */
    changed: () => known.clear(),
    distribution: (id: string) => kept(`distribution ${id}`, () => distributionOf(id)),
    api: (apiId: string, region: string) => kept(`api ${region} ${apiId}`, () => apiOf(apiId, region)),
    function: (arn: string) => kept(`function ${arn}`, () => functionOf(arn)),
    mayInvoke: (arn: string, api: ApiDescription) =>
      kept(`policy ${arn} ${api.apiId}`, () => permits(arn, api)),
    /** ARNs of the key value stores of a CloudFront function. */
    storesOf: (name: string) =>
      kept(`stores ${name}`, async () => {
        const xml = await cloudfront(`function/${name}/describe?Stage=LIVE`);
        return [...xml.matchAll(/<KeyValueStoreARN>([^<]+)/g)].map(([, arn]) => arn!);
      }),
  };
}

export type Declarations = ReturnType<typeof declarations>;
