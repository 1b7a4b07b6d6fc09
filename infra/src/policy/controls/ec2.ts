import { control } from "../control.ts";
import { hasPublicAddress } from "../public-address.ts";
import { attachedTo, type Block, blocks, type Resource } from "../synthesized.ts";

const secrets = [
  /\b(AKIA|ASIA)[0-9A-Z]{16}\b/,
  /-----BEGIN [A-Z ]*PRIVATE KEY-----/,
  /aws_secret_access_key/i,
  /\b[a-z_]*(password|passwd|secret|token)\b\s*[=:]\s*["']?(?!["'$<{\s])[^\s"']{6,}/i,
  /identified by ['"]/i,
];

const tokensAlone = ({ metadata_options }: Block) =>
  blocks(metadata_options).some(
    (options) => options["http_tokens"] === "required" && options["http_put_response_hop_limit"] === 1,
  );

const blockDevices = ({ root_block_device, ebs_block_device }: Block) => [
  ...(root_block_device === undefined ? [{ encrypted: false }] : blocks(root_block_device)),
  ...blocks(ebs_block_device),
];

/** What an instance runs at its first boot; undefined where that cannot be read here, such as a reference. */
function userData({ user_data, user_data_base64 }: Block): string | undefined {
  const given = String(user_data ?? user_data_base64 ?? "");
  if (given.includes("${") && user_data === undefined) return undefined;
  return user_data === undefined ? Buffer.from(given, "base64").toString("utf8") : given;
}

function holdsNoSecret({ body }: Resource): boolean {
  const script = userData(body);
  return script !== undefined && !secrets.some((secret) => secret.test(script));
}

export const hostControls = [
  control("CKV_AWS_79", "metadata by session token alone, one hop away", ["aws_instance"], ({ body }) =>
    tokensAlone(body),
  ),
  control("CKV_AWS_8", "an instance's volumes are encrypted", ["aws_instance"], ({ body }) =>
    blockDevices(body).every(({ encrypted }) => encrypted === true),
  ),
  control("CKV_AWS_3", "volumes are encrypted", ["aws_ebs_volume"], ({ body }) => body["encrypted"] === true),
  control("CKV_AWS_189", "volumes are encrypted by a key of one's own", ["aws_ebs_volume"], ({ body }) =>
    Boolean(body["kms_key_id"]),
  ),
  control("CKV_AWS_46", "no secret in user-data", ["aws_instance"], holdsNoSecret),
  control(
    "CKV_AWS_88",
    "an instance has no public address",
    ["aws_instance"],
    (host, stack) => !hasPublicAddress(host, stack),
  ),
  control("CKV2_AWS_41", "an instance has a role", ["aws_instance"], ({ body }) =>
    Boolean(body["iam_instance_profile"]),
  ),
  control(
    "CKV_AWS_130",
    "a subnet gives no public addresses",
    ["aws_subnet"],
    ({ body }) => body["map_public_ip_on_launch"] !== true,
  ),
  control(
    "CKV2_AWS_11",
    "a VPC has a flow log",
    ["aws_vpc"],
    (vpc, stack) => attachedTo(stack, "aws_flow_log", "vpc_id", vpc).length > 0,
  ),
  control(
    "CKV2_AWS_19",
    "an elastic address is attached to an instance",
    ["aws_eip"],
    (eip, stack) =>
      eip.body["instance"] !== undefined ||
      attachedTo(stack, "aws_eip_association", "allocation_id", eip).length > 0,
  ),
];
