import { z } from "zod";

const octet = "(25[0-5]|2[0-4]\\d|1?\\d?\\d)";
const cidr = new RegExp(`^${octet}(\\.${octet}){3}/(\\d|[12]\\d|3[0-2])$`);

// What stands in systemd's settings and IAM's conditions as it is: no display name, quote, blank or wildcard.
const address = /^[\w+-]+(\.[\w+-]+)*@([a-z\d]([a-z\d-]*[a-z\d])?\.)+[a-z]{2,}$/i;

// Certificates for Amazon's names are issued to Amazon alone, and a subject holds 64 characters.
// `none` takes a deployment's domain away.
const hostName = z
  .string()
  .max(64, "use a host name of at most 64 characters")
  .regex(
    /^(none|([a-z\d]([a-z\d-]{0,61}[a-z\d])?\.)+[a-z]([a-z\d-]{0,61}[a-z\d])?)$/,
    "use a host name in lower case, without a scheme, such as tintype.example.org",
  )
  .refine(
    (value) => !value.endsWith(".amazonaws.com"),
    "use a domain of your own: no authority certifies Amazon's",
  );

/** Every AWS name begins with it, so it keeps to what the narrowest of them allows. */
const deploymentName = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,19}$/, "use 1 to 20 lower-case letters, digits and hyphens, a letter first")
  .default("dev");

// S3 allows dots too, with which a certificate does not fit.
/** Of text messages: what they may cost, and to which numbers they go. Both also stand in a file that systemd reads. */
const texts = {
  SMS_MONTHLY_USD: z
    .string()
    .regex(/^[1-9]\d{0,4}$/, "use whole US dollars, from 1 to 99999")
    .optional(),
  SMS_COUNTRIES: z
    .string()
    .regex(
      /^\+[1-9]\d{0,9}(,[+-][1-9]\d{0,9})*$/,
      "use beginnings of numbers with commas between, the first one served, such as +49,-49900,+43",
    )
    .optional(),
};

const bucketName = /^[a-z\d][a-z\d-]{1,61}[a-z\d]$/;

// Graviton has a g behind its generation, as in t4g and im4gn; in g5 and gr6 the letter means graphics.
const arm = /^(a1|[a-z]+\d+[a-z]*g[a-z]*)\./;

export const defaultRegion = "us-east-1";

/** What every stack reads. */
const common = {
  NAME: deploymentName,
  REGION: z
    .string()
    .regex(/^[a-z]{2}(-[a-z]+)+-\d$/, "use a region's code, such as eu-central-1")
    .default(defaultRegion),
  MAIL_FROM: z.string().regex(address, "use a plain email address, such as hello@example.org").optional(),
  STATE_BUCKET: z.string().regex(bucketName, "use 3 to 63 lower-case letters, digits and hyphens").optional(),
  DOMAIN: hostName.optional(),
  ...texts,
};

const confirmation = z.enum(["optional", "required"], "use optional or required").default("optional");

const accessTokens = z.enum(["hs256", "es256"], "use hs256 or es256").default("hs256");

/** An origin is that of the client's pages, if the site does not serve them. It also stands in nginx's settings. */
const notestamp = z
  .string()
  .regex(
    /^(on|off|https?:\/\/[a-z\d]([a-z\d.-]*[a-z\d])?(:[1-9]\d{0,4})?)$/,
    "use on, off or the origin of the client's pages, such as http://localhost:3000",
  )
  .default("off");

/** The API refuses them too: they are parts of its paths. */
const reservedProvider =
  "(?!(callback|challenge|factors|identities|none|oidc|options|passkey|passkeys|step-up),)";
/** Also stands in a file that systemd reads, unquoted. Issuers without HTTPS are for a provider on this machine. */
const provider =
  reservedProvider +
  "[a-z][a-z\\d-]{0,31},https?://[a-z\\d.-]+(:\\d{1,5})?(/[\\w.~/-]*)?,[\\w.~:@-]{1,200}(,trusts-factor)?";
const providers = z
  .string()
  .regex(
    new RegExp(`^${provider}( ${provider})*$`),
    "use ID,ISSUER,CLIENT-ID, such as google,https://accounts.google.com,1234.apps.googleusercontent.com, with blanks between",
  )
  .optional();

const stackSettings = z.object({
  ...common,
  OS: z.enum(["al2", "al2023"], "use al2 or al2023").default("al2"),
  INSTANCE_TYPE: z
    .string()
    .regex(/^[a-z][a-z0-9-]*\.[a-z0-9]+$/, {
      error: "use an instance type, such as t3.micro",
      abort: true,
    })
    .refine((value) => !arm.test(value), "use an x86-64 type, such as t3.micro: the hosts cannot be Arm")
    .default("t3.micro"),
  OPERATOR_CIDR: z
    .string()
    .regex(cidr, { error: "use an IPv4 range, such as 203.0.113.7/32", abort: true })
    .refine(
      (value) => Number(value.split("/")[1]) >= 8,
      "SSH and metrics may not be open to the world: name your own address",
    ),
  OPERATOR_PUBLIC_KEY: z.string().regex(/^(ssh-ed25519|ssh-rsa) /, "use an OpenSSH public key"),
});

// Relative, so that the location of a clone is not in Terraform's state.
const archive = z.string().regex(/^[\w.-]+(\/[\w.-]+)*\.zip$/, "use a relative path to a zip archive");
const archiveHash = z.string().regex(/^[A-Za-z\d+/]{43}=$/, "use a SHA-256 in base64");
const yesOrNo = z.enum(["yes", "no"], "use yes or no");

const serverlessSettings = z.object({
  ...common,
  CONFIRMATION: confirmation,
  PROVIDERS: providers,
  API_ZIP: archive,
  API_ZIP_HASH: archiveHash,
  IMAGES_ZIP: archive,
  IMAGES_ZIP_HASH: archiveHash,
  IMAGE_ORIGIN: z
    .string()
    .regex(/^https?:\/\/[\w.-]+(:\d+)?$/, "use an origin, such as https://images.example.org")
    .optional(),
  PROTECTION: yesOrNo.default("yes"),
  RESERVED_CONCURRENCY: yesOrNo.default("yes"),
  CERTIFICATE_ISSUED: yesOrNo.default("no"),
  SECRETS_VERSION: z.coerce.number("use a number from 1").int().min(1, "use a number from 1").default(1),
});

export type OperatingSystem = "al2" | "al2023";

export interface Settings {
  /** The deployment's name: every AWS name and tag comes from it. */
  readonly name: string;
  readonly region: string;
  readonly os: OperatingSystem;
  readonly instanceType: string;
  /** The one IPv4 range that may use SSH and metrics. */
  readonly operatorCidr: string;
  /** OpenSSH format, made for this deployment alone. */
  readonly operatorPublicKey: string;
  /** @default - the backend may send no mail */
  readonly mailFrom?: string | undefined;
  /** @default - Terraform's state is a file beside its configuration */
  readonly stateBucket?: string | undefined;
  /** The site's name, which has a certificate. @default - plain HTTP under the name that AWS gives */
  readonly domain?: string | undefined;
  /** @default - the backend may send no text messages */
  readonly texts?: TextSettings | undefined;
}

export interface TextSettings {
  /** The most that they may cost in a month, in US dollars. */
  readonly monthlyUsd: number;
  /** Beginnings of numbers, as the API reads them. */
  readonly countries: string;
}

export type StackName = "ec2" | "serverless";

export interface ServerlessSettings {
  /** The deployment's name: every AWS name and tag comes from it. */
  readonly name: string;
  readonly region: string;
  /** @default - Cognito's own sender */
  readonly mailFrom?: string | undefined;
  /** @default - Terraform's state is a file beside its configuration */
  readonly stateBucket?: string | undefined;
  /** The site's name, which has a certificate. @default - the name that CloudFront gives */
  readonly domain?: string | undefined;
  /** Whether ACM has issued the domain's certificate: until then the site keeps CloudFront's name. */
  readonly certificateIssued: boolean;
  readonly confirmation: "optional" | "required";
  /** Sign-in providers, as the API reads them. @default - none */
  readonly providers?: string | undefined;
  /** @default - the API may send no text messages */
  readonly texts?: TextSettings | undefined;
  /** Zip archives of functions: path from the folder of Terraform's configuration, SHA-256 in base64. */
  readonly archives: Readonly<Record<"api" | "images", { readonly path: string; readonly hash: string }>>;
  /** Of presigned URLs. @default - the bucket's in AWS */
  readonly imageOrigin?: string | undefined;
  /** Whether AWS refuses to delete the pool and the tables. */
  readonly protection: boolean;
  /** Whether functions reserve a part of the account's concurrency. AWS refuses that if the quota is small. */
  readonly reservedConcurrency: boolean;
  /** A higher one replaces the secrets. */
  readonly secretsVersion: number;
}

/** What a person may set on the command line; the rest is found out or made by a deploy. */
export const personsSettings = stackSettings
  .omit({ OPERATOR_PUBLIC_KEY: true })
  .partial({ OPERATOR_CIDR: true })
  .extend({
    CONFIRMATION: confirmation,
    NOTESTAMP: notestamp,
    PROVIDERS: providers,
    ACCESS_TOKENS: accessTokens,
    RESERVE: yesOrNo.default("yes"),
    LOSE: z
      .string()
      .regex(/^[\w.-]+(,[\w.-]+)*$/, "use names of resources as a refusal has them, with commas between")
      .optional(),
  });

/** Reads settings from an environment, in which an empty one is left out; throws one Error that names every fault. */
export function parseSettings<Schema extends z.ZodType>(
  schema: Schema,
  env: NodeJS.ProcessEnv,
): z.infer<Schema> {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ""));
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map(({ path, message }) => `  ${path.join(".")}: ${message}`);
  throw new Error(["These settings are missing or wrong:", ...faults].join("\n"));
}

/** Which stack is meant. */
export function readStackName(env: NodeJS.ProcessEnv): StackName {
  const names = z.enum(["ec2", "serverless"], "use ec2 or serverless").default("ec2");
  return parseSettings(z.object({ STACK: names }), env).STACK;
}

/** All settings of the stack `serverless`. */
export function readServerlessSettings(env: NodeJS.ProcessEnv): ServerlessSettings {
  const parsed = parseSettings(serverlessSettings, env);
  return {
    name: parsed.NAME,
    region: parsed.REGION,
    mailFrom: parsed.MAIL_FROM,
    stateBucket: parsed.STATE_BUCKET,
    domain: parsed.DOMAIN === "none" ? undefined : parsed.DOMAIN,
    certificateIssued: parsed.CERTIFICATE_ISSUED === "yes",
    confirmation: parsed.CONFIRMATION,
    providers: parsed.PROVIDERS,
    texts: textsOf(parsed),
    archives: {
      api: { path: parsed.API_ZIP, hash: parsed.API_ZIP_HASH },
      images: { path: parsed.IMAGES_ZIP, hash: parsed.IMAGES_ZIP_HASH },
    },
    imageOrigin: parsed.IMAGE_ORIGIN,
    protection: parsed.PROTECTION === "yes",
    reservedConcurrency: parsed.RESERVED_CONCURRENCY === "yes",
    secretsVersion: parsed.SECRETS_VERSION,
  };
}

/** All settings of the stack `ec2`. */
export function readSettings(env: NodeJS.ProcessEnv): Settings {
  const parsed = parseSettings(stackSettings, env);
  return {
    name: parsed.NAME,
    region: parsed.REGION,
    os: parsed.OS,
    instanceType: parsed.INSTANCE_TYPE,
    operatorCidr: parsed.OPERATOR_CIDR,
    operatorPublicKey: parsed.OPERATOR_PUBLIC_KEY,
    mailFrom: parsed.MAIL_FROM,
    stateBucket: parsed.STATE_BUCKET,
    domain: parsed.DOMAIN === "none" ? undefined : parsed.DOMAIN,
    texts: textsOf(parsed),
  };
}

interface GivenTexts {
  readonly SMS_MONTHLY_USD?: string | undefined;
  readonly SMS_COUNTRIES?: string | undefined;
}

function textsOf({ SMS_MONTHLY_USD: usd, SMS_COUNTRIES: countries }: GivenTexts): TextSettings | undefined {
  return usd === undefined || countries === undefined ? undefined : { monthlyUsd: Number(usd), countries };
}
