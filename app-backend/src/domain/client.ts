/** The client of a request, by its connection and headers. */
export interface Client {
  /** IP address, or undefined if the connection is closed. */
  readonly address: string | undefined;
  readonly userAgent: string | undefined;
}

const browsers = [
  [/Edg\//, "Edge"],
  [/OPR\//, "Opera"],
  [/Firefox\/|FxiOS\//, "Firefox"],
  [/Chrom(e|ium)\/|CriOS\//, "Chrome"],
  [/Safari\//, "Safari"],
] as const;

const systems = [
  [/iPhone|iPad/, "iOS"],
  [/Android/, "Android"],
  [/Windows/, "Windows"],
  [/Mac OS X/, "macOS"],
  [/CrOS/, "ChromeOS"],
  [/Linux/, "Linux"],
] as const;

/** A readable name of a device, such as "Firefox on Linux". A guess: a User-Agent is not reliable. */
export function deviceName(userAgent: string | null): string {
  const find = (table: readonly (readonly [RegExp, string])[]) =>
    table.find(([pattern]) => pattern.test(userAgent ?? ""))?.[1];
  const [browser, system] = [find(browsers), find(systems)];
  if (browser && system) return `${browser} on ${system}`;
  return browser ?? system ?? "Unknown device";
}

/** The network of a client; one shared value for all without an address. */
export function networkOfClient({ address }: Pick<Client, "address">): string {
  return address === undefined ? "unknown" : networkOf(address);
}

/** The unit of rate limits: an IPv4 address, or the /64 that one IPv6 customer gets. */
export function networkOf(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped !== undefined || !address.includes(":")) return mapped ?? address;
  const [head = "", tail] = address.split("%")[0]!.toLowerCase().split("::");
  const groups = head === "" ? [] : head.split(":");
  const last = tail === undefined || tail === "" ? [] : tail.split(":");
  // An embedded IPv4 address fills the last two groups, never the first four.
  const lastGroups = last.length + (last.at(-1)?.includes(".") ? 1 : 0);
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - groups.length - lastGroups);
  const all = [...groups, ...Array.from({ length: zeros }, () => "0"), ...last];
  const prefix = all.slice(0, 4).map((group) => group.replace(/^0+(?=.)/, ""));
  return `${prefix.join(":")}::/64`;
}

/** The request for which a picture is processed. */
export interface Requester {
  /** Aborted when the client is gone or the request is past its deadline. The reason is the `AppError` to throw. */
  readonly signal: AbortSignal;
  /** The client's network (`networkOf`): all of its requests share one budget of processing time. */
  readonly network: string;
}
