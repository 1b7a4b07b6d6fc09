import { control } from "../control.ts";

const parameters = ["aws_ssm_parameter"];

export const secretControls = [
  control(
    "CKV2_AWS_34",
    "parameters are encrypted",
    parameters,
    ({ body }) => body["type"] === "SecureString",
  ),
  control("CKV_AWS_337", "parameters are encrypted by a key of one's own", parameters, ({ body }) =>
    Boolean(body["key_id"]),
  ),
  control(
    "TINTYPE_7",
    "a parameter's value is in no state",
    parameters,
    ({ body }) => body["value"] === undefined && body["insecure_value"] === undefined,
  ),
];
