import {
  AdminInitiateAuthCommand,
  CognitoIdentityProviderClient,
  CreateUserPoolClientCommand,
  CreateUserPoolCommand,
  DeleteUserPoolCommand,
} from "@aws-sdk/client-cognito-identity-provider";
import type { PoolConfig } from "../../../src/adapters/cognito/client.ts";

/** Faults and the clock hold for all its pools. */
export const endpoint = process.env["USER_POOLS_URL"]!;
const region = process.env["AWS_REGION"] ?? "us-east-1";

const policy = {
  MinimumLength: 8,
  RequireLowercase: false,
  RequireUppercase: false,
  RequireNumbers: false,
  RequireSymbols: false,
};

/** A fault of the user plane: a refusal by name, or no answer at all. */
export interface Fault {
  readonly action: string;
  readonly error?: string;
  readonly silent?: boolean;
  /** The call is carried out, and its answer lost. */
  readonly lost?: boolean;
  readonly times?: number;
}

/** A separate pool as the stack declares it, with its client. */
export async function createPool() {
  // Not the application's, which gives up sooner than a busy machine answers.
  const idp = new CognitoIdentityProviderClient({ region, endpoint });
  const { UserPool } = await idp.send(
    new CreateUserPoolCommand({
      PoolName: "test",
      UsernameAttributes: ["email"],
      UsernameConfiguration: { CaseSensitive: false },
      AutoVerifiedAttributes: ["email"],
      Policies: { PasswordPolicy: policy },
      AccountRecoverySetting: { RecoveryMechanisms: [{ Name: "verified_email", Priority: 1 }] },
    }),
  );
  const UserPoolId = UserPool!.Id!;
  const clientId = await addClient();
  const config: PoolConfig = { region, userPoolId: UserPoolId, clientId, endpoint };

  async function addClient(): Promise<string> {
    const { UserPoolClient } = await idp.send(
      new CreateUserPoolClientCommand({
        UserPoolId,
        ClientName: "api",
        GenerateSecret: false,
        ExplicitAuthFlows: ["ALLOW_ADMIN_USER_PASSWORD_AUTH"],
        PreventUserExistenceErrors: "ENABLED",
        EnableTokenRevocation: true,
        ReadAttributes: ["email", "email_verified"],
        WriteAttributes: ["email"],
        AccessTokenValidity: 10,
        TokenValidityUnits: { AccessToken: "minutes" },
      }),
    );
    return UserPoolClient!.ClientId!;
  }

  /** The tokens of a sign-in at the pool itself. */
  async function tokens(USERNAME: string, PASSWORD: string, ClientId = clientId) {
    const AuthParameters = { USERNAME, PASSWORD };
    const AuthFlow = "ADMIN_USER_PASSWORD_AUTH";
    const command = new AdminInitiateAuthCommand({ UserPoolId, ClientId, AuthFlow, AuthParameters });
    const { AuthenticationResult } = await idp.send(command);
    return { access: AuthenticationResult!.AccessToken!, id: AuthenticationResult!.IdToken! };
  }

  async function drop(): Promise<void> {
    await faults();
    await clock(0);
    await idp.send(new DeleteUserPoolCommand({ UserPoolId }));
    idp.destroy();
  }

  return { idp, config, addClient, tokens, drop };
}

export type TestPool = Awaited<ReturnType<typeof createPool>>;

/** From now on the user plane has these faults, and no other. */
export const faults = (...list: readonly Fault[]) => put("faults", list);

/** Moves the clock of all pools, from the real time. */
export const clock = (offsetMs: number) => put("clock", { offsetMs });

async function put(what: string, value: unknown): Promise<void> {
  const answer = await fetch(`${endpoint}/local-cloud/cognito/${what}`, {
    method: "PUT",
    body: JSON.stringify(value),
  });
  if (!answer.ok) throw new Error(`${what}: ${answer.status}`);
}

/** The mails to an address, the oldest first. */
export async function mailsTo(email: string): Promise<string[]> {
  const answer = await fetch(`${endpoint}/local-cloud/cognito/mails`);
  const mails = (await answer.json()) as { to: string; text: string }[];
  return mails.filter(({ to }) => to === email.toLowerCase()).map(({ text }) => text);
}

/** The last code that was mailed to an address; undefined if there was none. */
export async function mailedCode(email: string): Promise<string | undefined> {
  return /\d{6}/.exec((await mailsTo(email)).at(-1) ?? "")?.[0];
}
