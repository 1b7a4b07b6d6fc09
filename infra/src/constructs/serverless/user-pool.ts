import { CognitoUserPoolClient } from "@cdktf/provider-aws/lib/cognito-user-pool-client/index.js";
import { CognitoUserPool } from "@cdktf/provider-aws/lib/cognito-user-pool/index.js";
import { DataAwsCallerIdentity } from "@cdktf/provider-aws/lib/data-aws-caller-identity/index.js";
import { DataAwsPartition } from "@cdktf/provider-aws/lib/data-aws-partition/index.js";
import { Construct } from "constructs";

export interface UserPoolProps {
  readonly name: string;
  readonly region: string;
  /** Whether AWS refuses to delete it. */
  readonly protection: boolean;
  /** An address that SES has verified. @default - Cognito's own sender, 50 mails a day */
  readonly mailFrom?: string | undefined;
}

/** Passwords and mailed codes. Its one client has no secret: only a role with AdminInitiateAuth can try a password. */
export class UserPool extends Construct {
  private readonly pool: CognitoUserPool;
  private readonly client: CognitoUserPoolClient;

  constructor(scope: Construct, id: string, { name, region, protection, mailFrom }: UserPoolProps) {
    super(scope, id);
    this.pool = new CognitoUserPool(this, "pool", {
      name: `tintype-${name}`,
      userPoolTier: "LITE",
      usernameAttributes: ["email"],
      usernameConfiguration: { caseSensitive: false },
      autoVerifiedAttributes: ["email"],
      userAttributeUpdateSettings: { attributesRequireVerificationBeforeUpdate: ["email"] },
      accountRecoverySetting: { recoveryMechanism: [{ name: "verified_email", priority: 1 }] },
      mfaConfiguration: "OFF",
      adminCreateUserConfig: { allowAdminCreateUserOnly: false },
      // The rest of the rule is the application's: NIST SP 800-63B asks for no composition.
      passwordPolicy: {
        minimumLength: 8,
        requireLowercase: false,
        requireUppercase: false,
        requireNumbers: false,
        requireSymbols: false,
        temporaryPasswordValidityDays: 1,
      },
      verificationMessageTemplate: {
        defaultEmailOption: "CONFIRM_WITH_CODE",
        emailSubject: "Your Tintype code",
        emailMessage: "Your code is {####}. If you did not ask for it, ignore this message.",
      },
      emailConfiguration:
        mailFrom === undefined
          ? { emailSendingAccount: "COGNITO_DEFAULT" }
          : {
              emailSendingAccount: "DEVELOPER",
              fromEmailAddress: mailFrom,
              sourceArn: this.identityArn(mailFrom, region),
            },
      deletionProtection: protection ? "ACTIVE" : "INACTIVE",
    });
    this.client = new CognitoUserPoolClient(this, "client", {
      name: "api",
      userPoolId: this.pool.id,
      generateSecret: false, // it would be in Terraform's state
      // Alone: with flows left out AWS allows SRP, custom and refresh, which anyone with the client's id can call.
      explicitAuthFlows: ["ALLOW_ADMIN_USER_PASSWORD_AUTH"],
      supportedIdentityProviders: ["COGNITO"],
      allowedOauthFlowsUserPoolClient: false,
      preventUserExistenceErrors: "ENABLED",
      enableTokenRevocation: true,
      readAttributes: ["email", "email_verified"],
      writeAttributes: ["email"],
      accessTokenValidity: 10,
      idTokenValidity: 10,
      refreshTokenValidity: 60,
      tokenValidityUnits: [{ accessToken: "minutes", idToken: "minutes", refreshToken: "minutes" }],
    });
  }

  get id(): string {
    return this.pool.id;
  }

  get arn(): string {
    return this.pool.arn;
  }

  get clientId(): string {
    return this.client.id;
  }

  private identityArn(address: string, region: string): string {
    const { accountId } = new DataAwsCallerIdentity(this, "account");
    const { partition } = new DataAwsPartition(this, "partition");
    return `arn:${partition}:ses:${region}:${accountId}:identity/${address}`;
  }
}
