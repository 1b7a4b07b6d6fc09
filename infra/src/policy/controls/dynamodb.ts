import { control } from "../control.ts";
import { type Block, blocks } from "../synthesized.ts";

const tables = ["aws_dynamodb_table"];
const enabled = (body: Block, block: string) =>
  blocks(body[block]).some((given) => given["enabled"] === true);

export const tableControls = [
  control("CKV_AWS_28", "a table can be restored to a point in time", tables, ({ body }) =>
    enabled(body, "point_in_time_recovery"),
  ),
  control("CKV_AWS_119", "a table is encrypted by a key of one's own", tables, ({ body }) =>
    blocks(body["server_side_encryption"]).some(({ kms_key_arn }) => Boolean(kms_key_arn)),
  ),
  control(
    "CKV2_AWS_16",
    "a table's capacity follows its use",
    tables,
    ({ body }) => body["billing_mode"] === "PAY_PER_REQUEST",
  ),
];
