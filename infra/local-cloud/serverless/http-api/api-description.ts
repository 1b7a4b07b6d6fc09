/** An HTTP API and its stage, as they were declared. */
export interface ApiDescription {
  readonly apiId: string;
  readonly accountId: string;
  readonly region: string;
  readonly stage: string;
  readonly routes: readonly RouteDescription[];
  readonly cors: CorsDescription | undefined;
  /** For routes without limits of their own. */
  readonly throttle: Throttle;
  /** `$context` variables in any text; undefined if the stage has no access log. */
  readonly accessLogFormat: string | undefined;
}

export interface RouteDescription {
  /** `METHOD /path/{name}/{rest+}`, `ANY /path` or `$default`. */
  readonly key: string;
  readonly functionArn: string;
  /** At most 30 seconds. */
  readonly timeoutMs: number;
  readonly authorizer: JwtAuthorizerDescription | undefined;
  /** One of them is enough. */
  readonly scopes: readonly string[];
  readonly throttle: Throttle | undefined;
}

export interface JwtAuthorizerDescription {
  readonly issuer: string;
  readonly audience: readonly string[];
}

export interface Throttle {
  readonly burst: number;
  readonly ratePerSecond: number;
}

export interface CorsDescription {
  readonly allowOrigins: readonly string[];
  readonly allowMethods: readonly string[];
  readonly allowHeaders: readonly string[];
  readonly exposeHeaders: readonly string[];
  readonly allowCredentials: boolean;
  readonly maxAgeS: number | undefined;
}
