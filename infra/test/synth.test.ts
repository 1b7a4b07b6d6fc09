import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import {
  type Configuration,
  operatorCidr,
  type Resource,
  synthesize,
  synthesizedStack,
} from "./synthesize.ts";

const elsewhere = mkdtempSync(join(tmpdir(), "tintype-elsewhere-"));
afterAll(() => rmSync(elsewhere, { recursive: true }));

/** Moves the clock of a program by ten years. */
const later = `
  const Then = Date;
  const shift = 3650 * 86_400_000;
  globalThis.Date = class extends Then {
    constructor(...given) { super(...(given.length > 0 ? given : [Then.now() + shift])); }
    static now() { return Then.now() + shift; }
  };`;

let here: Record<string, string>;
let there: Record<string, string>;
let stack: Configuration;
let withMail: Configuration;
let withDomain: Configuration;

beforeAll(async () => {
  const home = join(elsewhere, "home");
  mkdirSync(home);
  [here, withMail, withDomain, there] = await Promise.all([
    synthesize({ env: { LC_ALL: "C", TZ: "UTC" } }),
    synthesizedStack({ MAIL_FROM: "hello@example.org" }),
    synthesizedStack({ DOMAIN: "tintype.example.org" }),
    synthesize({
      cwd: elsewhere,
      env: {
        LC_ALL: "tr_TR.UTF-8",
        LANG: "tr_TR.UTF-8",
        TZ: "Pacific/Kiritimati",
        HOME: home,
        USER: "someone",
        HOSTNAME: "elsewhere",
      },
      before: later,
    }),
  ]);
  stack = JSON.parse(here["stacks/ec2/cdk.tf.json"]!) as Configuration;
}, 180_000);

const all = (type: string): Resource[] => Object.values(stack.resource[type] ?? {});

function only(type: string): Resource {
  const found = all(type);
  expect(found).toHaveLength(1);
  return found[0]!;
}

const reference = (type: string, path: string, attribute: string) => {
  const [id] = Object.entries(stack.resource[type]!).find(([, value]) => value["//"].metadata.path === path)!;
  return `\${${type}.${id}.${attribute}}`;
};

test("DEP-10 the same settings give the same bytes in any folder, locale, time zone and decade", () => {
  expect(Object.keys(here)).toContain("stacks/ec2/cdk.tf.json");
  expect(there).toEqual(here);
});

describe("the hosts", () => {
  test("INFRA-02 answer metadata requests by session token alone, one hop away", () => {
    expect(all("aws_instance").map((host) => host["metadata_options"])).toEqual(
      Array(2).fill({ http_endpoint: "enabled", http_tokens: "required", http_put_response_hop_limit: 1 }),
    );
  });

  test("INFRA-03 keep everything on encrypted volumes", () => {
    expect(all("aws_instance").map((host) => host["root_block_device"].encrypted)).toEqual([true, true]);
    expect(all("aws_instance").filter((host) => host["ebs_block_device"] !== undefined)).toEqual([]);
    expect(all("aws_ebs_volume").map(({ encrypted }) => encrypted)).toEqual([true]);
  });

  test("are not replaced because a newer image exists", () => {
    for (const host of all("aws_instance")) expect(host["lifecycle"].ignore_changes).toContain("ami");
  });

  test("USE-18 are not slowed down at their first boot for want of credits", () => {
    expect(all("aws_instance").map((host) => host["credit_specification"])).toEqual(
      Array(2).fill({ cpu_credits: "unlimited" }),
    );
  });

  test("INFRA-12 have no rights in AWS but the backend's", () => {
    const withProfile = all("aws_instance").filter((host) => host["iam_instance_profile"] !== undefined);
    expect(withProfile.map(({ tags }) => tags.Role)).toEqual(["backend"]);
  });
});

describe("the firewall", () => {
  const rules = () => all("aws_vpc_security_group_ingress_rule");
  const ports = (rule: Resource) => [rule["from_port"], rule["to_port"]];

  test("INFRA-01 is made of separate rules alone, so none escapes the other checks", () => {
    const groups = [...all("aws_security_group"), ...all("aws_default_security_group")];
    expect(groups).toHaveLength(3);
    expect(groups.filter(({ ingress }) => ingress !== undefined)).toEqual([]);
    expect(all("aws_security_group_rule")).toEqual([]);
  });

  const open = (of: Configuration) =>
    Object.values(of.resource["aws_vpc_security_group_ingress_rule"] ?? {}).filter(
      (rule) => rule["cidr_ipv4"]?.endsWith("/0") || rule["cidr_ipv6"] !== undefined,
    );

  test("INFRA-01 opens port 80 to the world, and nothing else", () => {
    expect(open(stack).map(ports)).toEqual([[80, 80]]);
  });

  test("INFRA-01 opens port 443 too where the site has a domain, on the same host", () => {
    expect(open(withDomain).map(ports)).toEqual([
      [80, 80],
      [443, 443],
    ]);
    expect(new Set(open(withDomain).map((rule) => rule["security_group_id"])).size).toBe(1);
  });

  test("INFRA-01 opens SSH to the operator's range alone", () => {
    const ssh = rules().filter((rule) => rule["from_port"] <= 22 && rule["to_port"] >= 22);
    expect(ssh.map((rule) => rule["cidr_ipv4"])).toEqual([operatorCidr, operatorCidr]);
    for (const rule of ssh) expect(ports(rule)).toEqual([22, 22]);
  });

  test("INFRA-01 opens what the API has counted to the operator's range alone", () => {
    const metrics = rules().filter((rule) => rule["from_port"] <= 9464 && rule["to_port"] >= 9464);
    expect(metrics.map((rule) => [rule["cidr_ipv4"], ...ports(rule)])).toEqual([[operatorCidr, 9464, 9464]]);
  });

  test("INFRA-01 opens the backend to the frontend's group on the API's port, and to SSH and metrics", () => {
    const backend = reference("aws_security_group", "ec2/firewall/api", "id");
    const frontend = reference("aws_security_group", "ec2/firewall/frontend", "id");
    const [api, ...others] = rules().filter(
      (rule) => rule["security_group_id"] === backend && ![22, 9464].includes(rule["from_port"]),
    );
    expect(others).toEqual([]);
    expect(api).toMatchObject({
      from_port: 8080,
      to_port: 8080,
      ip_protocol: "tcp",
      referenced_security_group_id: frontend,
    });
    expect(api).not.toHaveProperty("cidr_ipv4");
  });
});

describe("the bucket", () => {
  test("INFRA-04 blocks public access in all four ways", () => {
    expect(only("aws_s3_bucket_public_access_block")).toMatchObject({
      block_public_acls: true,
      block_public_policy: true,
      ignore_public_acls: true,
      restrict_public_buckets: true,
    });
  });

  test("knows no object ACLs", () => {
    expect(only("aws_s3_bucket_ownership_controls")["rule"]).toEqual({
      object_ownership: "BucketOwnerEnforced",
    });
    expect(all("aws_s3_bucket_acl")).toEqual([]);
  });

  test("INFRA-06 is encrypted and keeps versions", () => {
    expect(only("aws_s3_bucket_server_side_encryption_configuration")["rule"]).toEqual([
      { apply_server_side_encryption_by_default: { sse_algorithm: "AES256" } },
    ]);
    expect(only("aws_s3_bucket_versioning")["versioning_configuration"]).toEqual({ status: "Enabled" });
  });

  test("INFRA-07 forgets what a killed upload left within a day, backups within a month, old versions within a week, and those of notes after all backups", () => {
    expect(only("aws_s3_bucket_lifecycle_configuration")["rule"]).toMatchObject([
      {
        status: "Enabled",
        filter: [{ prefix: "incoming/" }],
        expiration: [{ days: 1 }],
        noncurrent_version_expiration: [{ noncurrent_days: 1 }],
      },
      {
        status: "Enabled",
        filter: [{ prefix: "backups/" }],
        expiration: [{ days: 30 }],
        noncurrent_version_expiration: [{ noncurrent_days: 7 }],
      },
      ...[
        ["images/", 7],
        ["media/", 7],
        ["notes/", 36],
        ["pictures/", 7],
      ].map(([prefix, noncurrent_days]) => ({
        status: "Enabled",
        filter: [{ prefix }],
        noncurrent_version_expiration: [{ noncurrent_days }],
      })),
      {
        status: "Enabled",
        filter: [{ prefix: "" }],
        abort_incomplete_multipart_upload: [{ days_after_initiation: 1 }],
      },
    ]);
  });

  test("INFRA-05 denies everything without TLS, and its policy allows nothing", () => {
    const arn = reference("aws_s3_bucket", "ec2/images/bucket", "arn");
    const { Statement } = JSON.parse(only("aws_s3_bucket_policy")["policy"]) as { Statement: Resource[] };
    expect(Statement).toEqual([
      {
        Sid: "TlsOnly",
        Effect: "Deny",
        Principal: "*",
        Action: "s3:*",
        Resource: [arn, `${arn}/*`],
        Condition: { Bool: { "aws:SecureTransport": "false" } },
      },
    ]);
  });

  test("INFRA-08 answers the site's pages alone", () => {
    const [rule, ...others] = only("aws_s3_bucket_cors_configuration")["cors_rule"] as Resource[];
    expect(others).toEqual([]);
    expect(rule!["allowed_origins"]).toEqual([
      `http://${reference("aws_eip", "ec2/site/eip", "public_dns")}`,
    ]);
  });
});

test("a domain is the site's origin wherever an origin stands, by HTTPS", () => {
  expect(withDomain.output["url"]!["value"]).toBe("https://tintype.example.org");
  const [cors] = Object.values(withDomain.resource["aws_s3_bucket_cors_configuration"]!);
  expect(cors!["cors_rule"]).toMatchObject([{ allowed_origins: ["https://tintype.example.org"] }]);
});

test("USE-20 hosts go to an availability zone that offers their type, and to no Local Zone", () => {
  const { data } = stack as unknown as { data: Record<string, Record<string, Resource>> };
  const [zones] = Object.entries(data["aws_availability_zones"]!);
  const [offerings] = Object.entries(data["aws_ec2_instance_type_offerings"]!);
  expect(zones![1]["filter"]).toEqual([{ name: "zone-type", values: ["availability-zone"] }]);
  const zone = String(only("aws_subnet")["availability_zone"]);
  expect(zone).toContain("setintersection");
  expect(zone).toContain(`data.aws_availability_zones.${zones![0]}.names`);
  expect(zone).toContain(`data.aws_ec2_instance_type_offerings.${offerings![0]}.locations`);
});

test("a domain replaces neither host", () => {
  expect(withDomain.resource["aws_instance"]).toEqual(stack.resource["aws_instance"]);
});

describe("the backend's role", () => {
  const statements = (of = stack) =>
    ["aws_iam_role_policy", "aws_iam_policy"]
      .flatMap((type) => Object.values(of.resource[type] ?? {}))
      .flatMap(({ policy }) => (JSON.parse(policy) as { Statement: Resource[] }).Statement);

  test("allows named actions: none holds a star", () => {
    const actions = statements().flatMap((statement) => statement["Action"] as string | string[]);
    expect(actions.length).toBeGreaterThan(0);
    expect(actions.filter((action) => action.includes("*"))).toEqual([]);
    expect(statements().filter((statement) => "NotAction" in statement)).toEqual([]);
  });

  test("INFRA-09 reaches the bucket alone, and objects in the application's prefixes alone", () => {
    const arn = reference("aws_s3_bucket", "ec2/images/bucket", "arn");
    const resources = statements().flatMap((statement) => statement["Resource"] as string | string[]);
    expect(new Set(resources)).toEqual(
      new Set([
        arn,
        ...["backups", "images", "incoming", "media", "notes", "pictures"].map(
          (prefix) => `${arn}/${prefix}/*`,
        ),
      ]),
    );
  });

  test("INFRA-10 may write and read backups, and remove none", () => {
    const arn = reference("aws_s3_bucket", "ec2/images/bucket", "arn");
    const reaching = statements().filter(({ Resource }) =>
      [Resource]
        .flat()
        .some((resource: string) => resource.startsWith(`${arn}/b`) || resource === `${arn}/*`),
    );
    expect(reaching.map(({ Action }) => Action)).toEqual([
      ["s3:GetObject", "s3:PutObject", "s3:AbortMultipartUpload"],
    ]);
  });

  test("INFRA-09 has these rights and no other: it removes no version of an object", () => {
    expect(statements().map(({ Effect, Action }) => [Effect, Action])).toEqual([
      [
        "Allow",
        ["s3:GetObject", "s3:GetObjectVersion", "s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload"],
      ],
      ["Allow", ["s3:GetObject", "s3:PutObject", "s3:AbortMultipartUpload"]],
      ["Allow", ["s3:ListBucket", "s3:ListBucketVersions"]],
    ]);
  });

  test("INFRA-11 sends no mail, unless a sender is set", () => {
    expect(statements().filter(({ Action }) => String(Action).includes("ses:"))).toEqual([]);
  });

  test("INFRA-11 with a sender, gains sending mail from that address, by what this account has in this region", () => {
    const before = statements().map((statement) => JSON.stringify(statement));
    const gained = statements(withMail).filter((statement) => !before.includes(JSON.stringify(statement)));
    const own = (type: string) =>
      expect.stringMatching(
        `^arn:\\$\\{data\\.aws_partition\\.[^}]+}:ses:us-east-1:\\$\\{data\\.aws_caller_identity\\.[^}]+}:${type}/\\*$`,
      );
    expect(gained).toEqual([
      {
        Effect: "Allow",
        Action: "ses:SendEmail",
        Resource: [own("identity"), own("configuration-set")],
        Condition: { StringEquals: { "ses:FromAddress": "hello@example.org" } },
      },
    ]);
  });

  test("is taken by EC2 alone and carries no managed policy", () => {
    const { Statement } = JSON.parse(only("aws_iam_role")["assume_role_policy"]) as { Statement: Resource[] };
    expect(Statement.map(({ Principal }) => Principal)).toEqual([{ Service: "ec2.amazonaws.com" }]);
    expect(all("aws_iam_role_policy_attachment")).toEqual([]);
    expect(only("aws_iam_role")).not.toHaveProperty("managed_policy_arns");
  });
});

test("INFRA-13 the provider puts on everything the tags that a teardown looks for", () => {
  expect(stack.provider.aws).toHaveLength(1);
  expect(stack.provider.aws[0]!["default_tags"]).toEqual([
    { tags: { Project: "tintype", Deployment: "shop", Stack: "ec2", ManagedBy: "terraform" } },
  ]);
});

test("names carry the deployment's name", () => {
  const names = [
    ...all("aws_security_group").map(({ name }) => name),
    ...all("aws_iam_role").map(({ name }) => name),
    ...all("aws_key_pair").map((key) => key["key_name"]),
    ...all("aws_s3_bucket").map((bucket) => bucket["bucket_prefix"]),
  ];
  expect(names.filter((name) => !/\bshop\b/.test(name))).toEqual([]);
});
