import { CognitoError, invalidParameter } from "./answer.ts";

/** The members of requests that are read; AWS's protocol ignores all others. */
export interface Input {
  readonly AccessToken: string;
  readonly AttributesToGet?: readonly string[];
  readonly AuthFlow: string;
  readonly AuthParameters?: Readonly<Record<string, string>>;
  readonly ChallengeName: string;
  readonly ChallengeResponses?: Readonly<Record<string, string>>;
  readonly ClientId: string;
  readonly ConfirmationCode: string;
  readonly Filter?: string;
  readonly Limit?: number;
  readonly MessageAction?: string;
  readonly PaginationToken?: string;
  readonly Password: string;
  readonly Permanent?: boolean;
  readonly PreviousPassword?: string;
  readonly ProposedPassword: string;
  readonly RefreshToken: string;
  readonly SecretHash?: string;
  readonly Session?: string;
  readonly SoftwareTokenMfaSettings?: { readonly Enabled?: boolean; readonly PreferredMfa?: boolean };
  readonly TemporaryPassword?: string;
  readonly Token: string;
  readonly UserAttributes?: readonly { readonly Name: string; readonly Value?: string }[];
  readonly UserCode: string;
  readonly UserPoolId: string;
  readonly Username: string;
}

const token = { pattern: /^[A-Za-z0-9-_=.]+$/, max: 131_072 };
const password = { pattern: /^\S+.*\S+$/, max: 256 };

/** Patterns and lengths of https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/. */
const rules: Partial<Record<keyof Input, { readonly pattern: RegExp; readonly max: number }>> = {
  AccessToken: token,
  ClientId: { pattern: /^[\w+]+$/, max: 128 },
  ConfirmationCode: { pattern: /^\S+$/, max: 2048 },
  Filter: { pattern: /^/, max: 256 },
  PaginationToken: { pattern: /^\S+$/, max: 131_072 },
  Password: password,
  PreviousPassword: password,
  ProposedPassword: password,
  RefreshToken: token,
  Session: { pattern: /^.{20}/s, max: 2048 },
  Token: token,
  UserCode: { pattern: /^[0-9]{6}$/, max: 6 },
  UserPoolId: { pattern: /^[\w-]+_[0-9a-zA-Z]+$/, max: 55 },
  Username: { pattern: /^[\p{L}\p{M}\p{S}\p{N}\p{P}]+$/u, max: 128 },
};

/** The request of an action, or a refusal that names the first member that is missing or malformed. */
export function parseInput(body: string, required: readonly (keyof Input)[]): Input {
  const input = parseObject(body);
  for (const name of required) {
    if (input[name] === undefined || input[name] === null) throw invalid(name, "Member must not be null");
  }
  for (const [name, { pattern, max }] of Object.entries(rules)) {
    const value = input[name];
    if (value === undefined || value === null) continue;
    if (typeof value !== "string") throw serialization();
    if (value.length > max) throw invalid(name, `Member must have length less than or equal to ${max}`);
    if (!pattern.test(value)) {
      throw invalid(name, `Member must satisfy regular expression pattern: ${pattern.source}`);
    }
  }
  for (const name of ["AuthParameters", "ChallengeResponses"] as const) {
    const strings = Object.values((input[name] ?? {}) as object);
    if (strings.some((value) => typeof value !== "string")) throw serialization();
  }
  return input as unknown as Input;
}

function parseObject(body: string): Record<string, unknown> {
  try {
    const input: unknown = JSON.parse(body);
    if (typeof input === "object" && input !== null) return input as Record<string, unknown>;
  } catch {}
  throw serialization();
}

// The value itself never stands in a message: it may be a password or a token.
const invalid = (name: string, constraint: string) =>
  invalidParameter(
    `1 validation error detected: Value at '${name[0]!.toLowerCase()}${name.slice(1)}' failed to satisfy constraint: ${constraint}`,
  );

const serialization = () => new CognitoError("SerializationException", "The request could not be read.");

/** A value of `AuthParameters` or `ChallengeResponses`; refused if it is missing. */
export function parameter(values: Readonly<Record<string, string>> | undefined, name: string): string {
  const value = values?.[name];
  if (value === undefined || value === "") throw invalidParameter(`Missing required parameter ${name}`);
  return value;
}
