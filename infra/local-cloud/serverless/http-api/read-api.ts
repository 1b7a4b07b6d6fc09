import type {
  ApiDescription,
  CorsDescription,
  JwtAuthorizerDescription,
  RouteDescription,
  Throttle,
} from "./api-description.ts";

/** Gets a path of the API Gateway v2 API, such as `/v2/apis/ID`; JSON. */
export type GetJson = (path: string) => Promise<any>;

export interface ReadApiProps {
  readonly apiId: string;
  readonly stage: string;
  readonly accountId: string;
  readonly region: string;
}

/** Reads what was declared of an HTTP API; an Error if it has what is not emulated. */
export async function readApi(get: GetJson, props: ReadApiProps): Promise<ApiDescription> {
  const { apiId, stage: stageName } = props;
  const base = `/v2/apis/${apiId}`;
  const [api, stage, routes] = await Promise.all([
    get(base),
    get(`${base}/stages/${encodeURIComponent(stageName)}`),
    get(`${base}/routes`),
  ]);
  return {
    ...props,
    routes: await Promise.all(routes.items.map((route: any) => readRoute(get, base, route, stage))),
    cors: corsOf(api.corsConfiguration),
    throttle: throttleOf(stage.defaultRouteSettings) ?? { burst: 5000, ratePerSecond: 10_000 },
    accessLogFormat: stage.accessLogSettings?.format,
  };
}

async function readRoute(get: GetJson, base: string, route: any, stage: any): Promise<RouteDescription> {
  const integration = await get(`${base}/integrations/${route.target.split("/")[1]}`);
  const { integrationType, payloadFormatVersion, integrationUri, timeoutInMillis } = integration;
  if (integrationType !== "AWS_PROXY" || payloadFormatVersion !== "2.0") {
    throw new Error(`Route ${route.routeKey}: only AWS_PROXY with payload format 2.0 is emulated`);
  }
  const functionArn = /functions\/(arn:[^/]+)\/invocations$/.exec(integrationUri)?.[1] ?? integrationUri;
  return {
    key: route.routeKey,
    functionArn,
    timeoutMs: Math.min(timeoutInMillis ?? 30_000, 30_000),
    authorizer: await readAuthorizer(get, base, route),
    scopes: route.authorizationScopes ?? [],
    throttle: throttleOf(stage.routeSettings?.[route.routeKey]),
  };
}

/** By its id: moto answers 500 for the list of authorizers. */
async function readAuthorizer(
  get: GetJson,
  base: string,
  route: any,
): Promise<JwtAuthorizerDescription | undefined> {
  if ((route.authorizationType ?? "NONE") === "NONE") return undefined;
  if (route.authorizationType !== "JWT") {
    throw new Error(`Route ${route.routeKey}: authorization ${route.authorizationType} is not emulated`);
  }
  const { jwtConfiguration, identitySource } = await get(`${base}/authorizers/${route.authorizerId}`);
  if (String(identitySource) !== "$request.header.Authorization") {
    throw new Error(`Route ${route.routeKey}: only the header Authorization is emulated as identity source`);
  }
  return { issuer: jwtConfiguration.issuer, audience: jwtConfiguration.audience };
}

function throttleOf(settings: any): Throttle | undefined {
  if (settings?.throttlingRateLimit === undefined) return undefined;
  return { burst: settings.throttlingBurstLimit, ratePerSecond: settings.throttlingRateLimit };
}

function corsOf(cors: any): CorsDescription | undefined {
  if (!cors?.allowOrigins?.length) return undefined;
  return {
    allowOrigins: cors.allowOrigins,
    allowMethods: cors.allowMethods ?? [],
    allowHeaders: cors.allowHeaders ?? [],
    exposeHeaders: cors.exposeHeaders ?? [],
    allowCredentials: cors.allowCredentials ?? false,
    maxAgeS: cors.maxAge,
  };
}
