import { once } from "node:events";
import { type IncomingMessage, type ServerResponse, createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import {
  CognitoIdentityProvider,
  type CreateUserPoolClientCommandInput,
  type CreateUserPoolCommandInput,
} from "@aws-sdk/client-cognito-identity-provider";
import { controlPlaneBehind } from "../../../../local-cloud/serverless/cognito/control-plane.ts";
import type { Mail } from "../../../../local-cloud/serverless/cognito/mail.ts";
import {
  type UserPlaneOptions,
  cognitoUserPlane,
} from "../../../../local-cloud/serverless/cognito/user-plane.ts";

export const region = "us-east-1";
const prefix = "AWSCognitoIdentityProviderService.";

export const sdk = (endpoint: string) =>
  new CognitoIdentityProvider({
    endpoint,
    region,
    maxAttempts: 1,
    credentials: { accessKeyId: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: "unchecked" },
  });

/** The user plane behind HTTP, before moto: a request with any signature counts as the operator's, `x-role` as a role's. */
export async function startCognito(moto: string, options: Partial<UserPlaneOptions> = {}) {
  const clock = { now: new Date("2026-11-26T12:00:00Z") };
  const mails: Mail[] = [];
  const pools: string[] = [];
  const plane = cognitoUserPlane({
    region,
    now: () => clock.now,
    mail: async (mail) => void mails.push(mail),
    ...controlPlaneBehind(async (action, input) => {
      const answer = await post(moto, action, JSON.stringify(input));
      return { status: answer.status, body: await answer.text() };
    }),
    ...options,
  });

  async function serve(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = "", url: path = "", headers } = message;
    const body = await text(message);
    const isSigned = headers.authorization !== undefined;
    const caller = { kind: isSigned ? (headers["x-role"] ? "role" : "operator") : "anonymous" } as const;
    const action = String(headers["x-amz-target"] ?? "").slice(prefix.length);
    const answer =
      action === "" ? await plane.http({ method, path, body }, caller) : await plane(action, body, caller);
    if (answer !== undefined) {
      return void response.writeHead(answer.status, answer.headers).end(answer.body);
    }
    if (action === "") return void response.writeHead(404).end();
    const behind = await post(moto, action, body);
    const passedOn = await behind.text();
    if (action === "CreateUserPool") pools.push(JSON.parse(passedOn).UserPool.Id);
    response.writeHead(behind.status, { "content-type": "application/x-amz-json-1.1" }).end(passedOn);
  }

  const server = createServer((message, response) => void serve(message, response));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    clock,
    mails,
    idp: sdk(url),
    pass: (ms: number) => void (clock.now = new Date(clock.now.getTime() + ms)),
    /** The code of the latest mail to an address. */
    code: (to: string) => /\d{6}/.exec(mails.findLast((mail) => mail.to === to)!.text)![0],
    async stop(): Promise<void> {
      server.close();
      server.closeAllConnections();
      for (const UserPoolId of pools) await post(moto, "DeleteUserPool", JSON.stringify({ UserPoolId }));
    },
  };
}

export type Cognito = Awaited<ReturnType<typeof startCognito>>;

const post = (url: string, action: string, body: string) =>
  fetch(url, {
    method: "POST",
    headers: {
      "content-type": "application/x-amz-json-1.1",
      "x-amz-target": prefix + action,
      // moto finds service and region by it.
      authorization: `AWS4-HMAC-SHA256 Credential=local/20260101/${region}/cognito-idp/aws4_request, SignedHeaders=host, Signature=unchecked`,
    },
    body,
  });

/** What Terraform declares of a pool for this project. moto takes a class of characters that is left out for required. */
export const poolSettings = {
  PoolName: "cognito-test",
  UsernameAttributes: ["email"],
  UsernameConfiguration: { CaseSensitive: false },
  AutoVerifiedAttributes: ["email"],
  Policies: {
    PasswordPolicy: {
      MinimumLength: 12,
      RequireLowercase: false,
      RequireUppercase: false,
      RequireNumbers: false,
      RequireSymbols: false,
    },
  },
  AccountRecoverySetting: { RecoveryMechanisms: [{ Name: "verified_email", Priority: 1 }] },
} satisfies CreateUserPoolCommandInput;

const clientSettings = {
  ClientName: "cognito-test",
  GenerateSecret: false,
  ExplicitAuthFlows: ["ALLOW_ADMIN_USER_PASSWORD_AUTH"],
  PreventUserExistenceErrors: "ENABLED",
  EnableTokenRevocation: true,
  WriteAttributes: ["email"],
} satisfies Partial<CreateUserPoolClientCommandInput>;

/** A pool with one client. Both are made through the API that is tested. */
export async function makePool(
  idp: CognitoIdentityProvider,
  pool: Partial<CreateUserPoolCommandInput> = {},
  client: Partial<CreateUserPoolClientCommandInput> = {},
) {
  const { UserPool } = await idp.createUserPool({ ...poolSettings, ...pool });
  const UserPoolId = UserPool!.Id!;
  const ClientId = await makeClient(idp, UserPoolId, client);
  return { UserPoolId, ClientId };
}

export async function makeClient(
  idp: CognitoIdentityProvider,
  UserPoolId: string,
  client: Partial<CreateUserPoolClientCommandInput> = {},
): Promise<string> {
  const made = await idp.createUserPoolClient({ ...clientSettings, ...client, UserPoolId });
  return made.UserPoolClient!.ClientId!;
}

export type PoolIds = Awaited<ReturnType<typeof makePool>>;

export const password = "correct horse battery";

/** A person who signed up and confirmed the address. */
export async function join({ idp, code }: Cognito, { ClientId }: PoolIds, Username: string): Promise<string> {
  const { UserSub } = await idp.signUp({ ClientId, Username, Password: password });
  await idp.confirmSignUp({ ClientId, Username, ConfirmationCode: code(Username) });
  return UserSub!;
}

export const signIn = ({ idp }: Pick<Cognito, "idp">, ids: PoolIds, USERNAME: string, PASSWORD = password) =>
  idp.adminInitiateAuth({
    ...ids,
    AuthFlow: "ADMIN_USER_PASSWORD_AUTH",
    AuthParameters: { USERNAME, PASSWORD },
  });

/** The tokens of a sign-in without a second factor. */
export const tokensOf = async (...args: Parameters<typeof signIn>) =>
  (await signIn(...args)).AuthenticationResult as Record<"AccessToken" | "IdToken" | "RefreshToken", string>;

/** The name of the error that a call ends in, or `none`. */
export const refusalOf = (call: Promise<unknown>): Promise<string> =>
  call.then(
    () => "none",
    (error: Error) => error.name,
  );
