import { S3Error, accessDenied } from "./s3-error.ts";

interface MatchCondition {
  readonly operator: "eq" | "starts-with";
  /** Lower case, without the `$`. */
  readonly field: string;
  readonly value: string;
}

export interface PostPolicy {
  readonly expiration: Date;
  readonly matches: readonly MatchCondition[];
  /** Inclusive. */
  readonly sizes: readonly { readonly minBytes: number; readonly maxBytes: number }[];
}

/** Reads the base64 of a policy document; 400 InvalidPolicyDocument if it is none. */
export function parsePolicy(base64: string): PostPolicy {
  const document = parseJson(Buffer.from(base64, "base64").toString());
  const expiration = new Date(typeof document.expiration === "string" ? document.expiration : Number.NaN);
  if (Number.isNaN(expiration.getTime()) || !Array.isArray(document.conditions)) {
    throw invalid("it needs an expiration and conditions");
  }
  const conditions = document.conditions.flatMap(parseCondition);
  return {
    expiration,
    matches: conditions.filter((condition) => "field" in condition),
    sizes: conditions.filter((condition) => "maxBytes" in condition),
  };
}

/**
 * Holds the fields of a form (names in lower case, `bucket` among them) and the size of its file against a policy:
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTConstructPolicy.html
 */
export function checkPolicy(
  policy: PostPolicy,
  fields: ReadonlyMap<string, string>,
  bytes: number,
  now: Date,
): void {
  if (now > policy.expiration) throw violated("Policy expired.");
  for (const { operator, field, value } of policy.matches) {
    if (matches(operator, field, value, fields.get(field) ?? "")) continue;
    throw violated(`Policy Condition failed: ${JSON.stringify([operator, `$${field}`, value])}`);
  }
  const covered = new Set(policy.matches.map(({ field }) => field));
  const extra = [...fields.keys()].filter((name) => !covered.has(name) && !isExempt(name));
  if (extra.length > 0) throw violated(`Extra input fields: ${extra.join(", ")}`);
  for (const { minBytes, maxBytes } of policy.sizes) checkSize(bytes, minBytes, maxBytes);
}

function matches(
  operator: MatchCondition["operator"],
  field: string,
  wanted: string,
  value: string,
): boolean {
  if (operator === "eq") return value === wanted;
  // The page on policies: for starts-with, a Content-Type with commas is a list, and each item must match.
  const values = field === "content-type" ? value.split(/,\s*/) : [value];
  return values.every((one) => one.startsWith(wanted));
}

const isExempt = (field: string) =>
  ["x-amz-signature", "policy", "file"].includes(field) || field.startsWith("x-ignore-");

function checkSize(bytes: number, minBytes: number, maxBytes: number): void {
  if (bytes > maxBytes) {
    throw new S3Error(400, "EntityTooLarge", "Your proposed upload exceeds the maximum allowed size", {
      ProposedSize: String(bytes),
      MaxSizeAllowed: String(maxBytes),
    });
  }
  if (bytes < minBytes) {
    throw new S3Error(
      400,
      "EntityTooSmall",
      "Your proposed upload is smaller than the minimum allowed size",
      {
        ProposedSize: String(bytes),
        MinSizeAllowed: String(minBytes),
      },
    );
  }
}

function parseCondition(condition: unknown): (MatchCondition | PostPolicy["sizes"][number])[] {
  if (Array.isArray(condition)) return [parseTriple(condition)];
  if (typeof condition !== "object" || condition === null)
    throw invalid("a condition is a list or an object");
  return Object.entries(condition).map(([field, value]) => parseTriple(["eq", `$${field}`, value]));
}

function parseTriple([operator, first, second]: unknown[]): MatchCondition | PostPolicy["sizes"][number] {
  const name = String(operator).toLowerCase();
  if (name === "content-length-range") return { minBytes: wholeNumber(first), maxBytes: wholeNumber(second) };
  if (name !== "eq" && name !== "starts-with") throw invalid(`unknown operation ${JSON.stringify(operator)}`);
  if (typeof first !== "string" || !first.startsWith("$") || typeof second !== "string") {
    throw invalid(`${name} needs "$field" and a string`);
  }
  return { operator: name, field: first.slice(1).toLowerCase(), value: second };
}

function wholeNumber(value: unknown): number {
  const number = Number(value);
  if (!Number.isInteger(number) || number < 0) throw invalid("content-length-range needs two whole numbers");
  return number;
}

function parseJson(text: string): { expiration?: unknown; conditions?: unknown } {
  try {
    return Object(JSON.parse(text));
  } catch {
    throw invalid("it is not JSON");
  }
}

const violated = (reason: string) => accessDenied(`Invalid according to Policy: ${reason}`);
const invalid = (reason: string) => new S3Error(400, "InvalidPolicyDocument", `Invalid Policy: ${reason}.`);
