import { added, type Breach, each, removed } from "./breach.ts";
import type { Resource } from "../synthesize.ts";

const opened = (from: number, to = from, more: Resource = { cidr_ipv4: "0.0.0.0/0" }) =>
  added("aws_vpc_security_group_ingress_rule", {
    ip_protocol: "tcp",
    from_port: from,
    to_port: to,
    description: "planted",
    ...more,
  });
const everything = { ip_protocol: "-1", cidr_ipv6: "::/0" };
const inline = (rule: Resource) =>
  each("aws_security_group", (group) => {
    group["ingress"] = [{ protocol: "tcp", description: "planted", cidr_blocks: ["0.0.0.0/0"], ...rule }];
  });

const script = (line: string) =>
  each("aws_instance", (host) => {
    const before = Buffer.from(host["user_data_base64"], "base64").toString();
    host["user_data_base64"] = Buffer.from(`${before}\n${line}\n`).toString("base64");
  });

const allowed = (Action: string | string[], Resource: string, more: Resource = {}) =>
  added("aws_iam_role_policy", {
    policy: JSON.stringify({ Statement: [{ Effect: "Allow", Action, Resource, ...more }] }),
  });
const bucketArn = "arn:aws:s3:::theirs/*";
const trusted = (Principal: unknown) =>
  each("aws_iam_role", (role) => {
    role["assume_role_policy"] = JSON.stringify({
      Statement: [{ Effect: "Allow", Principal, Action: "sts:AssumeRole" }],
    });
  });
const bucketPolicy = (statement: Resource) =>
  each("aws_s3_bucket_policy", (attached) => {
    attached["policy"] = JSON.stringify({ Statement: [statement] });
  });
const tlsPolicy = (more: Resource) =>
  bucketPolicy({
    Effect: "Deny",
    Principal: "*",
    Action: "s3:*",
    Resource: ["${aws_s3_bucket.a.arn}", "${aws_s3_bucket.a.arn}/*"],
    Condition: { Bool: { "aws:SecureTransport": "false" } },
    ...more,
  });
const acl = (name: string): Breach => {
  return (stack) => {
    const { bucket } = Object.values(stack.resource["aws_s3_bucket_policy"]!)[0]!;
    added("aws_s3_bucket_acl", { acl: name, bucket })(stack);
  };
};
const lifecycleRule = (change: (rule: Resource) => void) =>
  each("aws_s3_bucket_lifecycle_configuration", (lifecycle) => lifecycle["rule"].forEach(change));
const older = (rule: Resource) =>
  added("aws_security_group_rule", { type: "ingress", protocol: "tcp", description: "planted", ...rule });
const unblocked = (argument: string): [string, Breach][] => [
  [`${argument} is off`, each("aws_s3_bucket_public_access_block", (block) => (block[argument] = false))],
  ["there is no block", removed("aws_s3_bucket_public_access_block")],
];

/** By the control that must notice. */
export const breaches: Readonly<Record<string, readonly [what: string, Breach][]>> = {
  CKV_AWS_79: [
    [
      "version 1 of the metadata service is on",
      each("aws_instance", (host) => (host["metadata_options"].http_tokens = "optional")),
    ],
    [
      "tokens travel two hops",
      each("aws_instance", (host) => (host["metadata_options"].http_put_response_hop_limit = 2)),
    ],
    ["nothing is said of metadata", each("aws_instance", (host) => delete host["metadata_options"])],
  ],
  CKV_AWS_8: [
    [
      "a root volume is in the clear",
      each("aws_instance", (host) => (host["root_block_device"].encrypted = false)),
    ],
    ["nothing is said of the root volume", each("aws_instance", (host) => delete host["root_block_device"])],
    [
      "another volume is in the clear",
      each("aws_instance", (host) => (host["ebs_block_device"] = [{ volume_size: 1 }])),
    ],
  ],
  CKV_AWS_3: [["a volume is in the clear", each("aws_ebs_volume", (volume) => delete volume["encrypted"])]],
  CKV_AWS_189: [["another volume has AWS's key", added("aws_ebs_volume", { encrypted: true })]],
  CKV_AWS_46: [
    ["there is an access key", script("export KEY=AKIAIOSFODNN7EXAMPLE")],
    ["there is a password", script('mysql_password="correct horse"')],
    ["there is a private key", script("-----BEGIN OPENSSH PRIVATE KEY-----")],
    ["there is a private key of an older kind", script("-----BEGIN PRIVATE KEY-----")],
    ["there is a temporary access key", script("export KEY=ASIAIOSFODNN7EXAMPLE")],
    ["there is AWS's secret key", script('"aws_secret_access_key" 1')],
    ["a database user has a password", script("ALTER USER root IDENTIFIED BY 'x'")],
    ["there is a token", script("API_TOKEN=abcdef0123456789")],
    [
      "it stands there in the clear",
      each("aws_instance", (host) => (host["user_data"] = "db_passwd: correcthorse")),
    ],
    [
      "it comes from elsewhere",
      each("aws_instance", (host) => (host["user_data_base64"] = "${base64encode(local.a)}")),
    ],
  ],
  CKV_AWS_88: [
    ["a third host has a public address", added("aws_instance", { associate_public_ip_address: true })],
  ],
  CKV2_AWS_41: [["a third host has no role", added("aws_instance", {})]],
  CKV_AWS_130: [
    ["another subnet gives public addresses", added("aws_subnet", { map_public_ip_on_launch: true })],
  ],
  CKV2_AWS_11: [["another VPC has no flow log", added("aws_vpc", {})]],
  CKV2_AWS_19: [["an elastic address has no owner", removed("aws_eip_association")]],
  CKV_AWS_24: [
    ["SSH is open", opened(22)],
    ["SSH is open by IPv6", opened(22, 22, { cidr_ipv6: "::/0" })],
    ["SSH is open to half the world", opened(22, 22, { cidr_ipv4: "128.0.0.0/1" })],
    ["SSH is in a range of ports", opened(20, 30)],
    ["SSH is open by a rule in the group", inline({ from_port: 22, to_port: 22 })],
    [
      "SSH is open by IPv6 by a rule in the group",
      inline({ from_port: 22, to_port: 22, cidr_blocks: [], ipv6_cidr_blocks: ["::/0"] }),
    ],
    ["SSH is open to half the world by IPv6", opened(22, 22, { cidr_ipv6: "8000::/1" })],
    [
      "SSH is open by a rule of the older kind",
      older({ from_port: 22, to_port: 22, cidr_blocks: ["0.0.0.0/0"] }),
    ],
    [
      "SSH is open by IPv6 by a rule of the older kind",
      older({ from_port: 22, to_port: 22, ipv6_cidr_blocks: ["::/0"] }),
    ],
    ["SSH is the last of a range of ports", opened(1, 22)],
    ["SSH is the first of a range of ports", opened(22, 23)],
    ["SSH is open by a rule that names no port", older({ cidr_blocks: ["0.0.0.0/0"] })],
    ["SSH is open to one range of several", older({ cidr_blocks: ["10.0.0.0/8", "0.0.0.0/0"] })],
    ["everything is open", opened(0, 0, everything)],
  ],
  CKV_AWS_25: [["remote desktop is open", opened(3389)]],
  CKV_AWS_260: [["port 80 is open a second time", opened(80)]],
  CKV_AWS_277: [
    ["everything is open by IPv6", opened(0, 0, everything)],
    [
      "everything is open by a rule of the older kind",
      added("aws_security_group_rule", { type: "ingress", protocol: "all", cidr_blocks: ["0.0.0.0/0"] }),
    ],
  ],
  TINTYPE_1: [
    ["the API's port is open", opened(8080)],
    ["MySQL's port is open", opened(3306)],
    ["ports 80 to 443 are open", opened(80, 443)],
    ["the ports up to 80 are open", opened(79, 80)],
    ["everything is open", opened(80, 80, everything)],
  ],
  CKV_AWS_382: [
    ["a third group may connect anywhere", added("aws_vpc_security_group_egress_rule", everything)],
    [
      "a third group may connect anywhere by a rule in it",
      added("aws_security_group", { egress: { protocol: "-1", ipv6_cidr_blocks: ["::/0"] } }),
    ],
    [
      "a third group may connect anywhere by a rule of the older kind",
      older({ type: "egress", protocol: "-1", cidr_blocks: ["0.0.0.0/0"] }),
    ],
  ],
  CKV_AWS_23: [
    [
      "a rule says not what it is for",
      each("aws_vpc_security_group_ingress_rule", (rule) => delete rule["description"]),
    ],
    ["a group says not what it is for", each("aws_security_group", (group) => delete group["description"])],
    ["a description is empty", each("aws_security_group", (group) => (group["description"] = ""))],
    ["a rule in a group says not what it is for", inline({ description: undefined })],
    ["a rule of the older kind says not what it is for", older({ description: undefined })],
  ],
  CKV2_AWS_5: [["a group has no member", added("aws_security_group", { description: "planted" })]],
  CKV2_AWS_12: [
    ["the default group is left as it is", removed("aws_default_security_group")],
    [
      "the default group has a rule",
      each("aws_default_security_group", (group) => (group["ingress"] = [{ self: true }])),
    ],
    [
      "the default group lets something out",
      each("aws_default_security_group", (group) => (group["egress"] = [{ self: true }])),
    ],
  ],
  CKV_AWS_53: unblocked("block_public_acls"),
  CKV_AWS_54: unblocked("block_public_policy"),
  CKV_AWS_55: unblocked("ignore_public_acls"),
  CKV_AWS_56: unblocked("restrict_public_buckets"),
  CKV_AWS_19: [
    ["nothing is said of encryption", removed("aws_s3_bucket_server_side_encryption_configuration")],
    [
      "the algorithm is none",
      each("aws_s3_bucket_server_side_encryption_configuration", ({ rule }) => {
        [rule].flat()[0].apply_server_side_encryption_by_default = { sse_algorithm: "none" };
      }),
    ],
  ],
  CKV_AWS_145: [["another bucket has S3's key", added("aws_s3_bucket", {})]],
  CKV_AWS_21: [
    [
      "versions are suspended",
      each(
        "aws_s3_bucket_versioning",
        (versioning) => (versioning["versioning_configuration"].status = "Suspended"),
      ),
    ],
    ["nothing is said of versions", removed("aws_s3_bucket_versioning")],
  ],
  CKV2_AWS_61: [
    ["there are no lifecycle rules", removed("aws_s3_bucket_lifecycle_configuration")],
    ["all lifecycle rules are off", lifecycleRule((rule) => (rule["status"] = "Disabled"))],
  ],
  CKV_AWS_300: [
    [
      "uploads stay",
      each("aws_s3_bucket_lifecycle_configuration", (lifecycle) =>
        lifecycle["rule"].forEach((rule: Resource) => delete rule["abort_incomplete_multipart_upload"]),
      ),
    ],
    [
      "uploads end in one prefix alone",
      each("aws_s3_bucket_lifecycle_configuration", (lifecycle) =>
        lifecycle["rule"].forEach((rule: Resource) => (rule["filter"] = [{ prefix: "a/" }])),
      ),
    ],
    ["uploads end in one prefix alone, said outside", lifecycleRule((rule) => (rule["prefix"] = "a/"))],
    ["uploads with a tag end", lifecycleRule((rule) => (rule["filter"] = [{ tag: [{ key: "a" }] }]))],
    ["uploads with a tag and a prefix end", lifecycleRule((rule) => (rule["filter"] = [{ and: [{}] }]))],
    [
      "the rule is off",
      each("aws_s3_bucket_lifecycle_configuration", (lifecycle) =>
        lifecycle["rule"].forEach((rule: Resource) => (rule["status"] = "Disabled")),
      ),
    ],
  ],
  CKV_AWS_379: [
    ["there is no policy", removed("aws_s3_bucket_policy")],
    ["the policy allows", tlsPolicy({ Effect: "Allow" })],
    ["the policy denies a few actions", tlsPolicy({ Action: "s3:GetObject" })],
    ["the policy denies one principal", tlsPolicy({ Principal: { AWS: "arn:aws:iam::1:role/a" } })],
    ["the policy denies TLS", tlsPolicy({ Condition: { Bool: { "aws:SecureTransport": "true" } } })],
    ["the policy has no condition", tlsPolicy({ Condition: undefined })],
    ["the policy denies the bucket alone", tlsPolicy({ Resource: "${aws_s3_bucket.a.arn}" })],
    [
      "the policy denies objects alone",
      bucketPolicy({
        Effect: "Deny",
        Principal: "*",
        Action: "s3:*",
        Resource: "${aws_s3_bucket.a.arn}/*",
        Condition: { Bool: { "aws:SecureTransport": "false" } },
      }),
    ],
  ],
  CKV_AWS_70: [
    [
      "everybody may read",
      bucketPolicy({ Effect: "Allow", Principal: { AWS: "*" }, Action: "s3:GetObject", Resource: bucketArn }),
    ],
    [
      "everybody may read, in short",
      bucketPolicy({ Effect: "Allow", Principal: "*", Action: "s3:GetObject", Resource: bucketArn }),
    ],
    [
      "everybody is one of several",
      bucketPolicy({ Effect: "Allow", Principal: { AWS: ["1", "*"] }, Action: "s3:GetObject" }),
    ],
  ],
  CKV2_AWS_65: [
    [
      "ACLs count",
      each("aws_s3_bucket_ownership_controls", (owner) => (owner["rule"].object_ownership = "ObjectWriter")),
    ],
    ["nothing is said of ACLs", removed("aws_s3_bucket_ownership_controls")],
  ],
  CKV_AWS_20: [
    ["an ACL is public", acl("public-read")],
    ["an ACL lets everybody write", acl("public-read-write")],
    ["an ACL is for all who have an account of AWS", acl("authenticated-read")],
  ],
  CKV_AWS_18: [["another bucket logs nothing", added("aws_s3_bucket", {})]],
  CKV_AWS_62: [["everything is allowed everywhere", allowed("*", "*")]],
  CKV_AWS_63: [
    ["all actions are allowed", allowed("*", bucketArn)],
    [
      "all actions but one are allowed",
      added("aws_iam_policy", {
        policy: JSON.stringify({ Statement: { Effect: "Allow", NotAction: "iam:*", Resource: bucketArn } }),
      }),
    ],
    [
      "a policy comes from elsewhere",
      added("aws_iam_role_policy", { policy: "${data.aws_iam_policy_document.a.json}" }),
    ],
  ],
  CKV_AWS_355: [
    ["a policy is for every resource", allowed("s3:GetObject", "*")],
    ["a policy is for all resources but one", allowed("s3:GetObject", bucketArn, { NotResource: bucketArn })],
    ["a policy is for every resource of a partition", allowed("s3:GetObject", "arn:aws:*")],
    ["a policy is for every ARN", allowed("s3:GetObject", "arn:*")],
    [
      "a group's policy is for every resource",
      added("aws_iam_group_policy", {
        policy: JSON.stringify({ Statement: { Effect: "Allow", Action: "s3:GetObject", Resource: ["*"] } }),
      }),
    ],
    [
      "a role's own policy is for every resource",
      each(
        "aws_iam_role",
        (role) =>
          (role["inline_policy"] = [
            {
              policy: JSON.stringify({
                Statement: [{ Effect: "Allow", Action: "s3:GetObject", Resource: "*" }],
              }),
            },
          ]),
      ),
    ],
  ],
  CKV_AWS_290: [["a policy writes anywhere", allowed("s3:PutObject", "*")]],
  CKV_AWS_289: [["a policy opens any bucket", allowed("s3:Put*", "*")]],
  CKV_AWS_288: [["a policy reads any secret", allowed("secretsmanager:GetSecretValue", "*")]],
  CKV_AWS_287: [["a policy makes access keys", allowed(["iam:CreateAccessKey"], "arn:aws:iam::1:user/a")]],
  CKV_AWS_286: [
    ["a policy passes roles", allowed("iam:Pass*", "arn:aws:iam::1:role/a")],
    ["a policy passes roles, spelled otherwise", allowed("IAM:passrol?", "arn:aws:iam::1:role/a")],
  ],
  TINTYPE_2: [["an action holds a star", allowed("s3:Get*", bucketArn)]],
  CKV_AWS_60: [
    ["everybody may take the role", trusted("*")],
    ["every account of AWS may take the role", trusted({ AWS: ["*"] })],
  ],
  CKV_AWS_61: [
    ["an account may take the role", trusted({ AWS: "arn:aws:iam::111122223333:root" })],
    ["an account may take the role by its number alone", trusted({ AWS: "111122223333" })],
    ["everybody may take the role", trusted({ AWS: "*" })],
    ["every service may take the role", trusted({ Service: "*.amazonaws.com" })],
  ],
  CKV_AWS_274: [
    [
      "a role may everything",
      added("aws_iam_role_policy_attachment", { policy_arn: "arn:aws:iam::aws:policy/AdministratorAccess" }),
    ],
    [
      "a role may everything, as it says itself",
      each("aws_iam_role", (role) => {
        role["managed_policy_arns"] = ["arn:aws:iam::aws:policy/AdministratorAccess"];
      }),
    ],
  ],
  CKV_AWS_273: [
    ["there is a user", added("aws_iam_user", {})],
    ["there is an access key", added("aws_iam_access_key", {})],
  ],
  CKV_AWS_40: [
    ["a user has rights", added("aws_iam_user_policy", {})],
    ["a user has rights of AWS's", added("aws_iam_user_policy_attachment", {})],
  ],
  CKV_AWS_41: [
    ["the provider has a key", ({ provider }) => (provider.aws[0]!["access_key"] = "AKIAIOSFODNN7EXAMPLE")],
    ["the provider has a secret alone", ({ provider }) => (provider.aws[0]!["secret_key"] = "a")],
  ],
};
