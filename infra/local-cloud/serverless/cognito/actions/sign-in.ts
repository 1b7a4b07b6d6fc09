import { CognitoError, invalidParameter, notAuthorized } from "../answer.ts";
import { type Action, type ClientCall, findUser, hidesUsers, notHere, userNotFound } from "../call.ts";
import { parameter } from "../input.ts";
import { beginAttempt, forgetAttempts, uncountAttempt } from "../lockout.ts";
import { isPassword } from "../passwords.ts";
import type { User } from "../state.ts";
import { openFamily, refreshTokens, rotates } from "../tokens.ts";
import { takeTotp } from "./totp.ts";

export const signInActions = {
  InitiateAuth: {
    by: "client",
    category: "UserAuthentication",
    required: ["AuthFlow", "ClientId"],
    run: (call) => initiateAuth(call, false),
  },
  AdminInitiateAuth: {
    by: "role and client",
    category: "UserAuthentication",
    required: ["UserPoolId", "ClientId", "AuthFlow"],
    run: (call) => initiateAuth(call, true),
  },
  RespondToAuthChallenge: {
    by: "client",
    category: "UserAuthentication",
    required: ["ClientId", "ChallengeName"],
    run: (call) => respondToAuthChallenge(call, false),
  },
  AdminRespondToAuthChallenge: {
    by: "role and client",
    category: "UserAuthentication",
    required: ["UserPoolId", "ClientId", "ChallengeName"],
    run: (call) => respondToAuthChallenge(call, true),
  },
} satisfies Record<string, Action>;

/** A client that names no flows has these, and with them sign-in by anyone who knows its id. */
const flowsByDefault = ["ALLOW_USER_SRP_AUTH", "ALLOW_CUSTOM_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"] as const;

function initiateAuth(call: ClientCall, isAdmin: boolean) {
  const { input, client } = call;
  const flow = input.AuthFlow === "REFRESH_TOKEN" ? "REFRESH_TOKEN_AUTH" : input.AuthFlow;
  if (!isAdmin && flow.startsWith("ADMIN_")) throw invalidParameter("Initiate Auth method not supported.");
  const flows: readonly string[] = client.ExplicitAuthFlows?.length
    ? client.ExplicitAuthFlows
    : flowsByDefault;
  if (flow === "REFRESH_TOKEN_AUTH" && rotates(client)) {
    throw invalidParameter("Refresh token rotation is enabled: use GetTokensFromRefreshToken");
  }
  if (!flows.includes(`ALLOW_${flow}`)) {
    throw invalidParameter(
      isAdmin ? "Auth flow not enabled for this client" : `${flow} flow not enabled for this client`,
    );
  }
  if (flow === "REFRESH_TOKEN_AUTH") {
    const token = parameter(input.AuthParameters, "REFRESH_TOKEN");
    return { ChallengeParameters: {}, AuthenticationResult: refreshTokens(call, token) };
  }
  const isPasswordFlow = flow === (isAdmin ? "ADMIN_USER_PASSWORD_AUTH" : "USER_PASSWORD_AUTH");
  if (!isPasswordFlow) throw notHere(`the flow ${flow}`);
  return passwordSignIn(call, isAdmin);
}

function passwordSignIn(call: ClientCall, isAdmin: boolean) {
  const { input, now } = call;
  const user = findUser(call, parameter(input.AuthParameters, "USERNAME"));
  const password = parameter(input.AuthParameters, "PASSWORD");
  if (user === undefined) {
    isPassword(undefined, password);
    throw hidesUsers(call) ? notAuthorized() : userNotFound();
  }
  if (call.statusFirst) requireReady(user);
  beginAttempt(user.attempts, now);
  if (!isPassword(user.password, password)) throw notAuthorized();
  const isComplete = user.confirmed && user.enabled && !user.totp?.wanted;
  if (!isComplete) uncountAttempt(user.attempts);
  requireReady(user);
  return isComplete ? signedIn(call, user) : challenge(call, user, isAdmin);
}

function requireReady(user: User): void {
  if (!user.enabled) throw notAuthorized("User is disabled.");
  if (!user.confirmed) throw new CognitoError("UserNotConfirmedException", "User is not confirmed.");
}

function signedIn(call: ClientCall, user: User) {
  if (call.pool.MfaConfiguration === "ON" && user.totp === undefined) {
    throw notHere("how to set up a second factor during sign-in (MFA_SETUP)");
  }
  forgetAttempts(user.attempts);
  return { ChallengeParameters: {}, AuthenticationResult: openFamily(call, user) };
}

function challenge({ state, client, random, now }: ClientCall, user: User, admin: boolean) {
  for (const [id, { endsAt }] of state.challenges) if (endsAt <= now) state.challenges.delete(id);
  const Session = random(96).toString("base64url");
  const endsAt = now + (client.AuthSessionValidity ?? 3) * 60_000;
  state.challenges.set(Session, { user, clientId: client.ClientId!, admin, endsAt });
  return {
    ChallengeName: "SOFTWARE_TOKEN_MFA",
    Session,
    ChallengeParameters: { USER_ID_FOR_SRP: user.sub },
  };
}

/** A wrong code leaves the session open, and counts as a failed sign-in; a right one ends it. */
function respondToAuthChallenge(call: ClientCall, isAdmin: boolean) {
  const { input, state, client, now } = call;
  if (input.ChallengeName !== "SOFTWARE_TOKEN_MFA") throw notHere(`the challenge ${input.ChallengeName}`);
  if (input.Session === undefined) throw invalidParameter("Missing required parameter Session");
  const name = parameter(input.ChallengeResponses, "USERNAME");
  const code = parameter(input.ChallengeResponses, "SOFTWARE_TOKEN_MFA_CODE");
  const open = state.challenges.get(input.Session);
  if (open === undefined || open.endsAt <= now) {
    throw notAuthorized("Invalid session for the user, session is expired.");
  }
  const { user } = open;
  if (open.clientId !== client.ClientId || open.admin !== isAdmin || findUser(call, name) !== user) {
    throw notAuthorized("Invalid session for the user.");
  }
  requireReady(user);
  beginAttempt(user.attempts, now);
  takeTotp(user, code, now);
  state.challenges.delete(input.Session);
  return signedIn(call, user);
}
