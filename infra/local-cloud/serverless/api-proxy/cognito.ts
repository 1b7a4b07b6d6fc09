import { randomUUID } from "node:crypto";
import {
  type Answer,
  type Call,
  type Caller,
  type Forward,
  type Json,
  jsonOf,
  otherAction,
  withJson,
} from "./call.ts";
import { ApiError, jsonType } from "./refusal.ts";

/** Answers a call of Cognito's user plane; `caller` is undefined if it was not signed, and then `region` says nothing. */
export type UserPlane = (
  action: string,
  body: Json,
  caller: Caller | undefined,
  region: string,
) => Promise<{ readonly status: number; readonly body: unknown }>;

/**
 * What AWS takes without a signature: the client id, an access token or a session is the authority.
 * https://docs.aws.amazon.com/cognito/latest/developerguide/authentication-flows-public-server-side.html
 */
const unsigned = new Set(
  [
    "SignUp ConfirmSignUp ResendConfirmationCode ForgotPassword ConfirmForgotPassword ChangePassword",
    "InitiateAuth RespondToAuthChallenge GetTokensFromRefreshToken RevokeToken GlobalSignOut",
    "GetUser GetUserAuthFactors UpdateUserAttributes DeleteUserAttributes VerifyUserAttribute DeleteUser",
    "GetUserAttributeVerificationCode SetUserSettings SetUserMFAPreference AssociateSoftwareToken VerifySoftwareToken",
    "ConfirmDevice ForgetDevice GetDevice ListDevices UpdateDeviceStatus",
    "StartWebAuthnRegistration CompleteWebAuthnRegistration ListWebAuthnCredentials DeleteWebAuthnCredential",
  ].flatMap((line) => line.split(" ")),
);

export const isUnsigned = (action: string | undefined) => action !== undefined && unsigned.has(action);

/** Whether a call is about users and their sign-ins, of which the emulator takes any code and any password. */
const isOfUserPlane = (action: string) =>
  unsigned.has(action) ||
  action === "ListUsers" ||
  action.startsWith("Admin") ||
  /^(ListUsersInGroup|UpdateAuthEventFeedback)$/.test(action);

const flags = ["RequireLowercase", "RequireUppercase", "RequireNumbers", "RequireSymbols"];

/** What the emulator forgets of a pool at an update although AWS keeps it. */
const kept = ["UsernameAttributes", "AliasAttributes", "UsernameConfiguration", "UserPoolTags"];

/** Cognito: pools and clients are the emulator's, corrected; the user plane is the one handed in. */
export function cognito(userPlane: UserPlane | undefined): (call: Call, forward: Forward) => Promise<Answer> {
  const tiers = new Map<string, unknown>();

  async function poolOf(call: Call, id: unknown, forward: Forward): Promise<Json> {
    const described = await forward(otherAction(call, "DescribeUserPool", { UserPoolId: id }));
    return (jsonOf(described)["UserPool"] ?? {}) as Json;
  }

  async function prepared(call: Call, sent: Json, forward: Forward): Promise<Json> {
    const json = withFalseFlags(sent);
    if (call.action === "UpdateUserPool") {
      const pool = await poolOf(call, json["UserPoolId"], forward);
      return { ...Object.fromEntries(kept.map((name) => [name, pool[name]])), ...json };
    }
    if (call.action === "DeleteUserPool") {
      const pool = await poolOf(call, json["UserPoolId"], forward);
      if (pool["DeletionProtection"] === "ACTIVE") {
        throw new ApiError(
          "InvalidParameterException",
          "The user pool cannot be deleted because deletion protection is activated. Deletion protection must be inactivated first.",
        );
      }
    }
    return json;
  }

  return async (call, forward) => {
    const { action = "" } = call;
    const sent = jsonOf(call);
    if (isOfUserPlane(action)) return planeAnswer(userPlane, action, sent, call);
    const json = await prepared(call, sent, forward);
    const answer = await forward(withJson(call, json));
    const got = jsonOf(answer);
    const pool = got["UserPool"] as Json | undefined;
    if (answer.status !== 200) return answer;
    const id = String(pool?.["Id"] ?? json["UserPoolId"]);
    if (/^(Create|Update)UserPool$/.test(action)) tiers.set(id, json["UserPoolTier"] ?? "ESSENTIALS");
    if (pool === undefined) return answer;
    return {
      ...answer,
      body: JSON.stringify({ ...got, UserPool: { ...pool, UserPoolTier: tiers.get(id) } }),
    };
  };
}

/** Terraform's SDK leaves false out, and the emulator takes what is left out for true. */
function withFalseFlags(json: Json): Json {
  const policies = json["Policies"] as { PasswordPolicy?: Json } | undefined;
  if (policies?.PasswordPolicy === undefined) return json;
  const off = Object.fromEntries(flags.map((name) => [name, false]));
  return { ...json, Policies: { ...policies, PasswordPolicy: { ...off, ...policies.PasswordPolicy } } };
}

async function planeAnswer(
  userPlane: UserPlane | undefined,
  action: string,
  json: Json,
  { caller, region }: Call,
): Promise<Answer> {
  if (userPlane === undefined) {
    throw new ApiError("UnsupportedOperationException", `No user plane answers ${action} here.`);
  }
  const { status, body } = await userPlane(action, json, caller, region);
  const type = (body as { __type?: unknown } | undefined)?.__type;
  return {
    status,
    headers: {
      "content-type": jsonType("cognito-idp"),
      "x-amzn-requestid": randomUUID(),
      ...(typeof type === "string" && { "x-amzn-errortype": type }),
    },
    body: JSON.stringify(body ?? {}),
  };
}
