import { describe, expect, test } from "@jest/globals";
import type { Statement } from "../../../local-cloud/emulator/rights.ts";
import { s3Rights } from "../../../local-cloud/emulator/s3-rights.ts";

const bucket = "arn:aws:s3:::photos";
const distribution = "arn:aws:cloudfront::123456789012:distribution/E1";
const read = { action: "s3:GetObject", resource: `${bucket}/images/a`, context: {} };
const list = (context = {}) => ({ action: "s3:ListBucket", resource: bucket, context });
const allow = (Action: string, Resource: string, Condition = {}): Statement => ({
  Effect: "Allow",
  ...{ Action, Resource, Condition },
});

/** Why `by` may not, where a token is the role's name. */
const denial = (by: string | undefined, right: typeof read, own: Statement[], policy?: object) =>
  s3Rights({ policies: { of: async () => own }, roleOf: (token) => token })(
    { accessKeyId: "", sessionToken: by },
    right,
    policy && JSON.stringify(policy),
  );

test("S3-11 a role may do what its policy says, and a refusal names what is missing", async () => {
  const own = [allow("s3:GetObject", `${bucket}/images/*`)];
  expect(await denial("api", read, own)).toBeUndefined();
  expect(await denial("api", { ...read, resource: `${bucket}/backups/a` }, own)).toBe(
    "User: arn:aws:sts::123456789012:assumed-role/api/session is not authorized to perform: s3:GetObject " +
      "on resource: arn:aws:s3:::photos/backups/a because no identity-based policy allows the s3:GetObject action",
  );
  expect(await denial("api", { ...read, action: "s3:GetObjectVersion" }, own)).toContain("GetObjectVersion");
  expect(await denial("api", list(), own)).toContain("s3:ListBucket");
  expect(await denial(undefined, list(), [])).toBeUndefined();
});

test("S3-11 a list is judged by its prefix, and one without a prefix is another one", async () => {
  const own = [allow("s3:ListBucket", bucket, { StringLike: { "s3:prefix": "images/*" } })];
  expect(await denial("api", list({ "s3:prefix": "images/a" }), own)).toBeUndefined();
  expect(await denial("api", list({ "s3:prefix": "backups/" }), own)).toContain("s3:ListBucket");
  expect(await denial("api", list(), own)).toContain("s3:ListBucket");
});

describe("a bucket's policy", () => {
  const tlsOnly = {
    Effect: "Deny",
    Principal: "*",
    Action: "s3:*",
    Resource: [bucket, `${bucket}/*`],
    Condition: { Bool: { "aws:SecureTransport": "false" } },
  };
  const openTo = (arn: string, operator = "StringEquals") => ({
    Statement: [
      tlsOnly,
      {
        Effect: "Allow",
        Principal: { Service: "cloudfront.amazonaws.com" },
        Action: ["s3:GetObject", "s3:ListBucket"],
        Resource: [bucket, `${bucket}/*`],
        Condition: { [operator]: { "AWS:SourceArn": arn } },
      },
    ],
  });

  test("SLS-58 lets the edge read for the distribution that it names, and no other one", async () => {
    expect(await denial(distribution, read, [], openTo(distribution))).toBeUndefined();
    expect(await denial(distribution, list(), [], openTo(distribution))).toBeUndefined();
    const other = distribution.replace("E1", "E2");
    expect(await denial(other, read, [], openTo(distribution))).toContain("s3:GetObject");
    // The mutant: any distribution of the account.
    const any = openTo(distribution.replace("E1", "*"), "StringLike");
    expect(await denial(other, read, [], any)).toBeUndefined();
    expect(await denial(distribution, { ...read, action: "s3:PutObject" }, [], any)).toContain("PutObject");
    expect(await denial(distribution, read, [])).toContain("s3:GetObject");
  });

  test("opens nothing to a role, and refuses what it denies to everyone", async () => {
    const own = [allow("s3:GetObject", `${bucket}/*`)];
    expect(await denial("api", read, [], openTo(distribution))).toContain("s3:GetObject");
    expect(await denial("api", read, own, openTo(distribution))).toBeUndefined();
    const { Condition: _, ...closed } = tlsOnly;
    for (const by of ["api", undefined, distribution]) {
      expect(await denial(by, read, own, { Statement: [closed] })).toContain("explicit deny");
      expect(await denial(by, read, own, { Statement: { ...closed, Principal: { AWS: "*" } } })).toContain(
        "explicit deny",
      );
    }
  });
});
