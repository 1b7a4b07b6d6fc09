/** A statement of an identity policy, as its JSON has it. */
export interface Statement {
  readonly Effect: "Allow" | "Deny";
  readonly Action?: string | readonly string[];
  readonly NotAction?: string | readonly string[];
  readonly Resource?: string | readonly string[];
  readonly NotResource?: string | readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
}

/** One right that a call needs. */
export interface Right {
  readonly action: string;
  /** An ARN; `*` if the action has no resource. */
  readonly resource: string;
  /** Values of condition keys. */
  readonly context?: Readonly<Record<string, string>>;
}

export type Verdict = "allowed" | "not allowed" | "explicitly denied";

/** The account of everything that the emulator keeps for its users. */
export const account = "123456789012";

/** Why a role may not do something, in the words of AWS. */
export function reasonOf(role: string, { action, resource }: Right, verdict: Verdict): string {
  const user = `arn:aws:sts::${account}:assumed-role/${role}/session`;
  const reason =
    verdict === "explicitly denied"
      ? "with an explicit deny in an identity-based policy"
      : `because no identity-based policy allows the ${action} action`;
  return `User: ${user} is not authorized to perform: ${action} on resource: ${resource} ${reason}`;
}

/**
 * What a role's policies say of a right: a Deny wins, and without an Allow it is refused. A condition that cannot be
 * evaluated here allows nothing and denies everything.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
 */
export function verdictOf(statements: readonly Statement[], right: Right): Verdict {
  const concerns = statements.filter((statement) => concernsRight(statement, right));
  if (concerns.some(({ Effect, Condition }) => Effect === "Deny" && holds(Condition, right) !== false)) {
    return "explicitly denied";
  }
  const allowed = concerns.some(
    ({ Effect, Condition }) => Effect === "Allow" && holds(Condition, right) === true,
  );
  return allowed ? "allowed" : "not allowed";
}

function concernsRight(statement: Statement, { action, resource }: Right): boolean {
  const { Action, NotAction, Resource, NotResource } = statement;
  const isAction = (pattern: string) => glob(pattern.toLowerCase()).test(action.toLowerCase());
  const isResource = (pattern: string) => matchesArn(pattern, resource);
  const actionHit = Action === undefined ? !list(NotAction).some(isAction) : list(Action).some(isAction);
  if (!actionHit) return false;
  return Resource === undefined ? !list(NotResource).some(isResource) : list(Resource).some(isResource);
}

/** Undefined if it cannot be evaluated. */
function holds(conditions: Statement["Condition"], { context = {} }: Right): boolean | undefined {
  const found = new Map(Object.entries(context).map(([key, value]) => [key.toLowerCase(), value]));
  const results = Object.entries(conditions ?? {}).flatMap(([operator, keys]) =>
    Object.entries(keys).map(([key, expected]) => {
      const value = found.get(key.toLowerCase());
      if (value === undefined) return undefined;
      if (operator === "StringEquals" || operator === "Bool") return list(expected).includes(value);
      if (operator === "StringLike") return list(expected).some((pattern) => glob(pattern).test(value));
      return undefined;
    }),
  );
  if (results.includes(false)) return false;
  return results.includes(undefined) ? undefined : true;
}

/** Wildcards do not cross the colons before the last part of an ARN. */
function matchesArn(pattern: string, resource: string): boolean {
  if (pattern === "*") return true;
  const [parts, given] = [splitArn(pattern), splitArn(resource)];
  return parts.length === given.length && parts.every((part, index) => glob(part).test(given[index]!));
}

function splitArn(arn: string): string[] {
  const parts = arn.split(":");
  return [...parts.slice(0, 5), parts.slice(5).join(":")];
}

function glob(pattern: string): RegExp {
  const plain = pattern.replace(/[.+^${}()|[\]\\]/g, "\\$&");
  return new RegExp(`^${plain.replaceAll("*", "[^]*").replaceAll("?", "[^]")}$`);
}

const list = (value: string | readonly string[] | undefined): readonly string[] =>
  value === undefined ? [] : [value].flat();
