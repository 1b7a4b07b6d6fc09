import { readFileSync } from "node:fs";
import { z } from "zod";
import type { SnsConfig } from "../adapters/sns/text-messages.ts";
import type { NumberRange } from "../domain/phone-number.ts";
import { messagesFor } from "../domain/text-message.ts";
import type { Address } from "../process/serve-metrics.ts";

const minSecretBytes = 64;
const minDistinctBytes = 24; // 64 random bytes have about 57 distinct values; a repeated word has far fewer

export const port = z.coerce.number().int().min(0).max(65535);
export const required = z.string("is missing").min(1, { error: "is empty", abort: true });

export const secret = required
  .regex(/^[A-Za-z0-9+/]+={0,2}$/, { error: "is not base64", abort: true })
  .transform((text) => Buffer.from(text, "base64"))
  .refine((bytes) => bytes.length >= minSecretBytes, `is shorter than ${minSecretBytes} bytes`)
  .refine((bytes) => new Set(bytes).size >= minDistinctBytes, "is not random: run `openssl rand -base64 64`");

/** Comma-separated secrets. */
export const secrets = z
  .string()
  .regex(/^([A-Za-z0-9+/=]+(,|$))*$/, { error: "is not a list of keys in base64", abort: true })
  .default("")
  .transform((text) =>
    text
      .split(",")
      .filter((entry) => entry !== "")
      .map((entry) => Buffer.from(entry, "base64")),
  );

/** `KEY@SECONDS`, comma-separated: earlier secrets, the oldest first, each until a time in seconds since 1970. */
export const formerSecrets = z
  .string()
  .regex(/^([A-Za-z0-9+/=]+@\d{10}(,|$))*$/, { error: "is not a list of key@seconds", abort: true })
  .default("")
  .transform((text) =>
    text
      .split(",")
      .filter((entry) => entry !== "")
      .map((entry) => {
        const [key = "", seconds = ""] = entry.split("@");
        return { key: Buffer.from(key, "base64"), until: new Date(Number(seconds) * 1000) };
      }),
  );

export const address = z
  .string()
  .regex(/^([\w.-]+:\d{1,5})?$/, "is not an address with a port, such as 127.0.0.1:9464")
  .default("")
  .transform((text): Address | undefined => {
    const [host, port] = text.split(":");
    return host && port ? { host, port: Number(port) } : undefined;
  });

export const cookieName = z
  .string()
  .regex(/^[\w-]+$/, "is not a cookie's name")
  .default("refresh");

export const confirmation = z
  .enum(["optional", "required"], "is neither optional nor required")
  .default("optional");

/** Whether there is a facade for the notestamp client; an origin is that of its pages, if the site does not serve them. */
export const notestamp = z
  .string()
  .default("off")
  .refine((text) => text === "on" || text === "off" || isOrigin(text), "is neither on, off nor an origin")
  .transform((text) => (text === "off" ? undefined : { clientOrigin: text === "on" ? undefined : text }));

/** Parts of paths of the API that stand where an id does, or beside one; `none` is what the API takes a malformed id for. */
const reservedIds = new Set([
  ...["callback", "challenge", "factors", "identities", "none"],
  ...["oidc", "options", "passkey", "passkeys", "step-up"],
]);

const provider = z
  .string()
  .regex(/^[a-z][a-z\d-]{0,31},https?:\/\/[^\s,]{1,240},[^\s,]{1,200}(,trusts-factor)?$/, {
    error: "is not a list of id,issuer,client-id",
    abort: true,
  })
  .transform((entry) => {
    const [id = "", issuer = "", clientId = "", trusts] = entry.split(",");
    return { id, name: titleOf(id), issuer, clientId, trustsFactor: trusts !== undefined };
  })
  .refine(({ issuer }) => isIssuer(issuer), "has an issuer without HTTPS, or with a query")
  .refine(({ id }) => !reservedIds.has(id), "has an id that is a part of a path of the API");

/** Sign-in providers, with blanks between. The names of their secrets are `providerSecretName`. */
export const providers = z
  .string()
  .default("")
  .transform((text) => text.split(/\s+/).filter((entry) => entry !== ""))
  .pipe(z.array(provider))
  .refine((list) => new Set(list.map(({ id }) => id)).size === list.length, "has a provider twice")
  .refine((list) => new Set(list.map(({ issuer }) => issuer)).size === list.length, "has an issuer twice");

/** The variable with the secret of a provider; without one it is a public client. */
export function providerSecretName(id: string): string {
  return `PROVIDER_SECRET_${id.toUpperCase().replaceAll("-", "_")}`;
}

interface ProvidersEnvironment {
  readonly PROVIDERS: readonly { readonly issuer: string }[];
  readonly SITE_ORIGIN: string;
  readonly OTHER_SITE_ORIGINS: readonly string[];
}

export const ownIssuerFault = { path: ["PROVIDERS"], error: "have this site as an issuer" };

/** Whether no provider is the site itself, which would be asked for its own people. */
export function areOtherIssuers(env: ProvidersEnvironment): boolean {
  const own = [env.SITE_ORIGIN, ...env.OTHER_SITE_ORIGINS];
  return env.PROVIDERS.every(({ issuer }) => !URL.canParse(issuer) || !own.includes(new URL(issuer).origin));
}

/** Whether browsers have cookies, and providers addresses to return to, that are safe there. */
export function isSafeOrigin(text: string): boolean {
  const { protocol, hostname } = new URL(text);
  return protocol === "https:" || ["localhost", "127.0.0.1", "[::1]"].includes(hostname);
}

function isIssuer(text: string): boolean {
  return URL.canParse(text) && isSafeOrigin(text) && !/[?#]/.test(text);
}

function titleOf(id: string): string {
  const words = id.split("-").filter((word) => word !== "");
  return words.map((word) => word.slice(0, 1).toUpperCase() + word.slice(1)).join(" ");
}

/** Of text messages. Both are set, or none is. */
export const textVariables = {
  /** The most that they may cost in a month, in US dollars. */
  SMS_MONTHLY_USD: z
    .string()
    .default("")
    .refine((text) => text === "" || /^[1-9]\d{0,4}$/.test(text), "is not a number from 1 to 99999")
    .transform((text) => (text === "" ? undefined : Number(text))),
  /** Beginnings of numbers, comma-separated: those with + are served, longer ones with - are not. */
  SMS_COUNTRIES: z
    .string()
    .regex(/^([+-][1-9]\d{0,9}(,|$))*$/, { error: "is not a list such as +49,-49900", abort: true })
    .default("")
    .transform((text): NumberRange[] =>
      text
        .split(",")
        .filter((entry) => entry !== "")
        .map((entry) => ({ prefix: entry.slice(1), isServed: entry.startsWith("+") })),
    ),
  AWS_ENDPOINT_URL_SNS: z.url("is not a URL").optional(),
};

/** Where text messages go, and how many of them; undefined if none are sent. */
export interface TextsConfig extends SnsConfig {
  readonly perMonth: number;
  readonly ranges: readonly NumberRange[];
}

interface TextsEnvironment {
  readonly SMS_MONTHLY_USD: number | undefined;
  readonly SMS_COUNTRIES: readonly NumberRange[];
  readonly AWS_ENDPOINT_URL_SNS?: string | undefined;
  readonly AWS_REGION: string;
}

export function textsOf(env: TextsEnvironment): TextsConfig | undefined {
  const { SMS_MONTHLY_USD: usd, SMS_COUNTRIES: ranges, AWS_REGION: region } = env;
  return usd === undefined
    ? undefined
    : { perMonth: messagesFor(usd), ranges, region, endpoint: env.AWS_ENDPOINT_URL_SNS };
}

export const textsFault = {
  path: ["SMS_COUNTRIES"],
  error: "and SMS_MONTHLY_USD are set together, with a beginning that is served",
};

export function areTextsFit({ SMS_MONTHLY_USD: usd, SMS_COUNTRIES: ranges }: TextsEnvironment): boolean {
  return usd === undefined ? ranges.length === 0 : ranges.some(({ isServed }) => isServed);
}

/** What signs access tokens: secrets, or key pairs derived from them. */
export const accessTokens = z.enum(["hs256", "es256"], "is neither hs256 nor es256").default("hs256");

export const logLevel = z
  .enum(["trace", "debug", "info", "warn", "error", "fatal", "silent"])
  .default("info");

export const origin = required.refine(isOrigin, "is not an origin such as https://example.org");

/** Comma-separated origins; none if it is empty. */
export const origins = z
  .string()
  .default("")
  .transform((text) => text.split(",").filter((entry) => entry !== ""))
  .refine((list) => list.every(isOrigin), "is not a list of origins such as http://localhost:8080");

function isOrigin(text: string): boolean {
  return /^https?:/.test(text) && URL.canParse(text) && new URL(text).origin === text;
}

/** Where the public keys of access tokens are. */
export const keysUrl = z
  .url({ protocol: /^https?$/, error: "is not a URL" })
  .refine((url) => !/^[^/]*\/\/[^/?#]*@/.test(url), "has a user name, with which keys are not fetched");

/**
 * The environment with those variables, each of which may be given by the path of a file with its value instead, in
 * `NAME_FILE`. Throws one error that lists every fault.
 */
export function withFiles(environment: NodeJS.ProcessEnv, names: readonly string[]): NodeJS.ProcessEnv {
  const faults: string[] = [];
  const read = names.flatMap((name) => {
    const path = environment[`${name}_FILE`];
    if (!path) return [];
    if (environment[name]) faults.push(`${name}_FILE and ${name} are two ways to one value: set one`);
    try {
      return [[name, readFileSync(path, "utf8").trimEnd()]];
    } catch (error) {
      faults.push(`${name}_FILE is not read: ${(error as NodeJS.ErrnoException).code}`);
      return [];
    }
  });
  if (faults.length > 0) throw unfit(faults);
  return { ...environment, ...Object.fromEntries(read) };
}

/** The environment as the schema's type. Throws one error that lists every fault. */
export function parse<Schema extends z.ZodType>(
  schema: Schema,
  environment: NodeJS.ProcessEnv,
): z.output<Schema> {
  const result = schema.safeParse(environment);
  if (result.success) return result.data;
  // A path and a reason, never the value: it may be a secret.
  throw unfit(result.error.issues.map((issue) => `${issue.path.join(".")} ${issue.message}`));
}

function unfit(faults: readonly string[]): Error {
  return new Error(
    `The environment is not fit to start with:\n${faults.map((fault) => `  ${fault}`).join("\n")}`,
  );
}
