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
const bucketName = /^[a-z\d][a-z\d-]{1,61}[a-z\d]$/;

// Graviton has a g behind its generation, as in t4g and im4gn; in g5 and gr6 the letter means graphics.
const arm = /^(a1|[a-z]+\d+[a-z]*g[a-z]*)\./;

export const defaultRegion = "us-east-1";

const stackSettings = z.object({
  NAME: deploymentName,
  REGION: z
    .string()
    .regex(/^[a-z]{2}(-[a-z]+)+-\d$/, "use a region's code, such as eu-central-1")
    .default(defaultRegion),
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
  MAIL_FROM: z.string().regex(address, "use a plain email address, such as hello@example.org").optional(),
  STATE_BUCKET: z.string().regex(bucketName, "use 3 to 63 lower-case letters, digits and hyphens").optional(),
  DOMAIN: hostName.optional(),
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
}

/** What a person may set on the command line; the rest is found out or made by a deploy. */
export const personsSettings = stackSettings
  .omit({ OPERATOR_PUBLIC_KEY: true })
  .partial({ OPERATOR_CIDR: true })
  .extend({ CONFIRMATION: z.enum(["optional", "required"], "use optional or required").default("optional") });

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

/** All settings of the stack. */
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
  };
}
