import { type Control, control } from "../control.ts";
import { credentials, escalation, exfiltration, permissions } from "../risky-actions.ts";
import { type Statement, statementsOf } from "../statements.ts";
import { type Block, blocks, providersOf, type Resource, strings } from "../synthesized.ts";

const documents = [
  "aws_iam_policy",
  "aws_iam_role_policy",
  "aws_iam_group_policy",
  "aws_iam_user_policy",
  "aws_iam_role",
];

function allowed({ body }: Resource): Statement[] {
  const inline = blocks(body["inline_policy"]).map(({ policy }) => policy as unknown);
  return [body["policy"], ...inline].flatMap(statementsOf).filter(({ Effect }) => Effect === "Allow");
}

/** A control of all that is allowed: none of it may be such. */
function none(id: string, title: string, such: (statement: Statement) => boolean): Control {
  return control(id, title, documents, (resource) => !allowed(resource).some(such));
}

const actions = ({ Action, NotAction }: Statement) => (NotAction === undefined ? strings(Action) : ["*"]);
const everywhere = ({ Resource, NotResource }: Statement) =>
  NotResource !== undefined || strings(Resource).some((arn) => /^(\*|arn:\*.*|arn:[^:]*:\*.*)$/.test(arn));
const unlimited = (statement: Statement) => everywhere(statement) && statement.Condition === undefined;

/** Whether a statement's actions, stars included, hold one of those. */
function allows(statement: Statement, named: readonly string[]): boolean {
  return actions(statement).some((given) => {
    const pattern = new RegExp(`^${given.replaceAll("*", ".*").replaceAll("?", ".")}$`, "i");
    return named.some((action) => pattern.test(action));
  });
}

const reading = /^[a-z0-9-]+:(Get|List|Describe|Head|BatchGet|Query|Scan|Lookup|Search|View)/i;
const writes = (statement: Statement) => actions(statement).some((action) => !reading.test(action));

const trust = ({ body }: Resource) =>
  statementsOf(body["assume_role_policy"]).filter(({ Effect }) => Effect === "Allow");
const principals = ({ Principal }: Statement, kind: string) =>
  typeof Principal === "string" ? [Principal] : strings((Principal as Block | undefined)?.[kind]);

const attachments = [
  "aws_iam_role",
  "aws_iam_role_policy_attachment",
  "aws_iam_policy_attachment",
  "aws_iam_user_policy_attachment",
  "aws_iam_group_policy_attachment",
];
const managed = ({ body }: Resource) => [
  ...strings(body["policy_arn"]),
  ...strings(body["managed_policy_arns"]),
];

export const rightsControls: readonly Control[] = [
  none(
    "CKV_AWS_62",
    "no policy allows everything everywhere",
    (statement) => actions(statement).includes("*") && everywhere(statement),
  ),
  none("CKV_AWS_63", "no policy allows all actions", (statement) => actions(statement).includes("*")),
  none("CKV_AWS_355", "no policy is for all resources", everywhere),
  none(
    "CKV_AWS_290",
    "no policy allows to write without a limit",
    (statement) => unlimited(statement) && writes(statement),
  ),
  none(
    "CKV_AWS_289",
    "no policy allows to give rights without a limit",
    (statement) => unlimited(statement) && allows(statement, permissions),
  ),
  none(
    "CKV_AWS_288",
    "no policy lets data out without a limit",
    (statement) => unlimited(statement) && allows(statement, exfiltration),
  ),
  none("CKV_AWS_287", "no policy lets credentials out", (statement) => allows(statement, credentials)),
  none("CKV_AWS_286", "no policy lets its holder gain rights", (statement) => allows(statement, escalation)),
  none("TINTYPE_2", "no action of a policy holds a star", (statement) =>
    actions(statement).some((action) => action.includes("*")),
  ),
  control(
    "CKV_AWS_60",
    "a role is not for everybody",
    ["aws_iam_role"],
    (role) => !trust(role).some((statement) => principals(statement, "AWS").includes("*")),
  ),
  control(
    "CKV_AWS_61",
    "a role is not for a whole account or every service",
    ["aws_iam_role"],
    (role) =>
      !trust(role).some(
        (statement) =>
          principals(statement, "Service").some((service) => service.includes("*")) ||
          principals(statement, "AWS").some((principal) => /^\d{12}$|:root$|^\*$/.test(principal)),
      ),
  ),
  control(
    "CKV_AWS_274",
    "no identity has AdministratorAccess",
    attachments,
    (resource) => !managed(resource).some((arn) => arn.endsWith("/AdministratorAccess")),
  ),
  control(
    "CKV_AWS_273",
    "there are no IAM users and no access keys",
    ["aws_iam_user", "aws_iam_access_key"],
    () => false,
  ),
  control(
    "CKV_AWS_40",
    "rights are given to roles, not to users",
    ["aws_iam_user_policy", "aws_iam_user_policy_attachment"],
    () => false,
  ),
  {
    id: "CKV_AWS_41",
    title: "the provider's configuration holds no credentials",
    about: providersOf,
    holds: ({ body }) => body["access_key"] === undefined && body["secret_key"] === undefined,
  },
];
