import { control } from "../control.ts";
import { blocks, strings } from "../synthesized.ts";

const clients = ["aws_cognito_user_pool_client"];

export const identityControls = [
  control(
    "TINTYPE_4",
    "only a role can try a password",
    clients,
    ({ body }) => strings(body["explicit_auth_flows"]).join() === "ALLOW_ADMIN_USER_PASSWORD_AUTH",
  ),
  control(
    "TINTYPE_5",
    "a client does not tell who has an account, and has no secret",
    clients,
    ({ body }) => body["prevent_user_existence_errors"] === "ENABLED" && body["generate_secret"] !== true,
  ),
  control("TINTYPE_6", "an address is one account in any case", ["aws_cognito_user_pool"], ({ body }) =>
    blocks(body["username_configuration"]).some(({ case_sensitive }) => case_sensitive === false),
  ),
];
