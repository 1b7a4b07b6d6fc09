// Of each kind the actions that policies of an application like this one could come to hold.

/** By which one gives rights to oneself. */
export const escalation = [
  ...["iam:PassRole", "iam:CreatePolicyVersion", "iam:SetDefaultPolicyVersion", "iam:UpdateAssumeRolePolicy"],
  ...[
    "iam:AttachRolePolicy",
    "iam:AttachUserPolicy",
    "iam:PutRolePolicy",
    "iam:PutUserPolicy",
    "iam:AddUserToGroup",
  ],
  "lambda:UpdateFunctionCode",
];
/** That answer with what others can sign in by. */
export const credentials = [
  ...["iam:CreateAccessKey", "iam:CreateLoginProfile", "iam:UpdateLoginProfile", "sts:AssumeRole"],
  ...["sts:GetFederationToken", "ecr:GetAuthorizationToken", "rds-db:connect"],
];
/** That carry data out. */
export const exfiltration = [
  ...["s3:GetObject", "ssm:GetParameter", "ssm:GetParameters", "ssm:GetParametersByPath"],
  ...["secretsmanager:GetSecretValue", "rds:CopyDBSnapshot", "ec2:CreateSnapshot"],
];
/** That open a resource to others. */
export const permissions = [
  ...["s3:PutBucketPolicy", "s3:PutBucketAcl", "s3:PutObjectAcl", "s3:DeleteBucketPolicy"],
  ...["s3:PutBucketPublicAccessBlock", "kms:PutKeyPolicy", "kms:CreateGrant", "lambda:AddPermission"],
  ...["sqs:AddPermission", "sns:AddPermission", "secretsmanager:PutResourcePolicy"],
  ...["ec2:ModifySnapshotAttribute", "ec2:AuthorizeSecurityGroupIngress"],
];
