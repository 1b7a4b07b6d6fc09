/** A distribution as it was declared. */
export interface Distribution {
  readonly id: string;
  readonly arn: string;
  readonly domainName: string;
  /** Without the slash; empty if there is none. */
  readonly defaultRootObject: string;
  readonly origins: readonly Origin[];
  /** In order of precedence. The last one has no pattern. */
  readonly behaviours: readonly Behaviour[];
  /** How long errors are cached, by status; 10 seconds for others. */
  readonly errorTtlS: ReadonlyMap<number, number>;
}

export interface Origin {
  readonly id: string;
  readonly domainName: string;
  /** Put before each path; empty, or begins with a slash. */
  readonly path: string;
  readonly kind: "s3" | "custom";
  /** By its origin access control. */
  readonly isSigned: boolean;
  /** They replace a viewer's. */
  readonly customHeaders: Readonly<Record<string, string>>;
}

export interface Behaviour {
  readonly pattern: string | undefined;
  readonly originId: string;
  readonly allowedMethods: readonly string[];
  readonly compress: boolean;
  readonly viewerProtocol: "allow-all" | "https-only" | "redirect-to-https";
  readonly cache: CachePolicy;
  readonly originRequest: Forwarded;
  readonly responseHeaders: ResponseHeadersPolicy;
  readonly viewerRequest: ViewerFunction | undefined;
}

export interface ViewerFunction {
  readonly name: string;
  readonly code: string;
}

export interface CachePolicy {
  readonly minTtlS: number;
  readonly defaultTtlS: number;
  readonly maxTtlS: number;
  readonly gzip: boolean;
  readonly brotli: boolean;
  /** What makes a difference for the cache, and is forwarded for that reason. */
  readonly key: Forwarded;
}

export interface Forwarded {
  readonly headers: Selection;
  readonly cookies: Selection;
  readonly queries: Selection;
}

export interface Selection {
  readonly kind: "none" | "all" | "only" | "allExcept";
  readonly names: readonly string[];
}

export interface ResponseHeadersPolicy {
  readonly add: readonly { readonly name: string; readonly value: string; readonly override: boolean }[];
  /** Lower case. */
  readonly remove: readonly string[];
}

/** Names are compared as written: those of headers must be in lower case on both sides. */
export function selects({ kind, names }: Selection, name: string): boolean {
  if (kind === "none" || kind === "all") return kind === "all";
  return names.includes(name) === (kind === "only");
}

/** The behaviour of a path: `*` and `?` are wildcards, the case counts. */
export function behaviourOf({ behaviours }: Distribution, path: string): Behaviour {
  return behaviours.find(({ pattern }) => pattern === undefined || globMatches(pattern, path))!;
}

/** A leading slash of the pattern may be left out. */
export function globMatches(pattern: string, path: string): boolean {
  const escaped = pattern.replace(/^\/?/, "/").replaceAll(/[.+^${}()|[\]\\]/g, "\\$&");
  return new RegExp(`^${escaped.replaceAll("*", ".*").replaceAll("?", ".")}$`, "s").test(path);
}
