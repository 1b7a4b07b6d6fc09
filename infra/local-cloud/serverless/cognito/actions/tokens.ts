import { CognitoError, invalidParameter } from "../answer.ts";
import { type Action, type ClientCall, requireUser } from "../call.ts";
import { revokeAll } from "../state.ts";
import { familyOf, refreshTokens, rotates } from "../tokens.ts";

export const tokenActions = {
  GetTokensFromRefreshToken: {
    by: "client",
    category: "UserToken",
    required: ["ClientId", "RefreshToken"],
    run: getTokensFromRefreshToken,
  },
  RevokeToken: { by: "client", category: "UserToken", required: ["ClientId", "Token"], run: revokeToken },
  GlobalSignOut: {
    by: "token",
    category: "UserToken",
    required: ["AccessToken"],
    run: ({ state, user }) => {
      revokeAll(state, user);
      return {};
    },
  },
  AdminUserGlobalSignOut: {
    by: "role",
    category: "UserUpdate",
    required: ["UserPoolId", "Username"],
    run: (call) => {
      revokeAll(call.state, requireUser(call));
      return {};
    },
  },
} satisfies Record<string, Action>;

/** A client that neither rotates nor allows refreshing is refused: AWS does not say whether it would be. */
function getTokensFromRefreshToken(call: ClientCall) {
  const { client, input } = call;
  if (!rotates(client) && !client.ExplicitAuthFlows?.includes("ALLOW_REFRESH_TOKEN_AUTH")) {
    throw invalidParameter("REFRESH_TOKEN_AUTH flow not enabled for this client");
  }
  return { AuthenticationResult: refreshTokens(call, input.RefreshToken) };
}

/** Ends the whole sign-in of a refresh token. A token that is not known is no fault (RFC 7009, 2.2). */
function revokeToken({ client, state, input }: ClientCall) {
  if (client.EnableTokenRevocation === false) {
    throw new CognitoError(
      "UnsupportedOperationException",
      "Token revocation is not enabled for this client",
    );
  }
  if (input.Token.split(".").length === 3) {
    throw new CognitoError("UnsupportedTokenTypeException", "Only refresh tokens can be revoked");
  }
  const family = familyOf(state, input.Token);
  if (family === undefined) return {};
  if (family.clientId !== client.ClientId) {
    throw new CognitoError("UnauthorizedException", "The token was issued to another client");
  }
  family.revoked = true;
  return {};
}
