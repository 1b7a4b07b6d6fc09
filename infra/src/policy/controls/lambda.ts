import { control } from "../control.ts";
import { type Block, blocks, strings } from "../synthesized.ts";

const functions = ["aws_lambda_function"];
const variables = ({ environment }: Block) =>
  blocks(environment).flatMap(({ variables: set }) => Object.entries((set ?? {}) as Record<string, string>));

const named = /(SECRET|PASSWORD|TOKEN|PRIVATE_KEY)$/i;
const credential = /\b(AKIA|ASIA)[0-9A-Z]{16}\b|-----BEGIN [A-Z ]*PRIVATE KEY-----/;

/** https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html */
const supported = ["nodejs22.x", "nodejs24.x"];

export const functionControls = [
  control("CKV_AWS_45", "no secret in a function's environment", functions, ({ body }) =>
    variables(body).every(([name, value]) => !named.test(name) && !credential.test(value)),
  ),
  control(
    "CKV_AWS_115",
    "a function's concurrency has a limit",
    functions,
    ({ body }) => Number(body["reserved_concurrent_executions"] ?? -1) > 0,
  ),
  control(
    "CKV_AWS_117",
    "a function is in a VPC",
    functions,
    ({ body }) => blocks(body["vpc_config"]).length > 0,
  ),
  control(
    "CKV_AWS_173",
    "a function's environment is encrypted by a key of one's own",
    functions,
    ({ body }) => Boolean(body["kms_key_arn"]),
  ),
  control("CKV_AWS_363", "a function's runtime gets security updates", functions, ({ body }) =>
    supported.includes(String(body["runtime"])),
  ),
  control("CKV_AWS_301", "no function is public", ["aws_lambda_permission"], ({ body }) => {
    return !strings(body["principal"]).includes("*");
  }),
  control(
    "CKV_AWS_364",
    "a service invokes a function in one resource's name alone",
    ["aws_lambda_permission"],
    ({ body }) => Boolean(body["source_arn"] ?? body["source_account"]),
  ),
  control("TINTYPE_3", "a function logs into a group that the stack made", functions, ({ body }) =>
    blocks(body["logging_config"]).some(({ log_group }) => Boolean(log_group)),
  ),
  control(
    "CKV_AWS_66",
    "logs end by themselves",
    ["aws_cloudwatch_log_group"],
    ({ body }) => Number(body["retention_in_days"] ?? 0) > 0,
  ),
];
