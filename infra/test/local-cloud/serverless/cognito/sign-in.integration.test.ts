import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { CognitoJwtVerifier } from "aws-jwt-verify";
import { SimpleJwksCache } from "aws-jwt-verify/jwk";
import { totp } from "../../../../local-cloud/serverless/cognito/totp.ts";
import {
  type Cognito,
  type PoolIds,
  join,
  makeClient,
  makePool,
  password,
  refusalOf,
  signIn,
  startCognito,
  tokensOf,
} from "./harness.ts";

const moto = process.env["MOTO_URL"]!;
const ada = "ada@example.org";
const second = 1000;
const minute = 60 * second;
const ten = Array.from({ length: 10 }, (_, index) => index);

let cognito: Cognito;
let ids: PoolIds;
let sub: string;
beforeEach(async () => {
  // aws-jwt-verify reads the clock of this machine.
  cognito = await startCognito(moto);
  cognito.clock.now = new Date();
  ids = await makePool(cognito.idp);
  sub = await join(cognito, ids, ada);
});
afterEach(() => cognito.stop());

const wrong = () => refusalOf(signIn(cognito, ids, ada, "wrong password"));
const messageOf = (call: Promise<unknown>) => call.then(String, ({ message }: Error) => message);
const claimsOf = (token: string) =>
  JSON.parse(Buffer.from(token.split(".")[1]!, "base64url").toString()) as Record<string, unknown>;
const update = (client: object) =>
  cognito.idp.updateUserPoolClient({
    ...{ ...ids, ExplicitAuthFlows: ["ALLOW_ADMIN_USER_PASSWORD_AUTH"], ...client },
  });
const refresh = (RefreshToken: string) =>
  cognito.idp.getTokensFromRefreshToken({ ClientId: ids.ClientId, RefreshToken });

describe("tokens", () => {
  /** The issuer is AWS's, so the keys are read from where the stand-in has them. */
  const verifier = (tokenUse: "access" | "id", { UserPoolId, ClientId } = ids) =>
    CognitoJwtVerifier.create(
      { userPoolId: UserPoolId, tokenUse, clientId: ClientId },
      {
        jwksCache: new SimpleJwksCache({
          fetcher: {
            fetch: async (uri) => (await fetch(uri.replace(/^https:\/\/[^/]+/, cognito.url))).arrayBuffer(),
          },
        }),
      },
    );

  test("SLS-14 are taken by aws-jwt-verify, and have the claims of AWS's", async () => {
    const { AccessToken, IdToken } = await tokensOf(cognito, ids, ada);
    const access = await verifier("access").verify(AccessToken);
    const id = await verifier("id").verify(IdToken);
    const common = ["auth_time", "event_id", "exp", "iat", "iss", "jti", "origin_jti", "sub", "token_use"];
    expect(Object.keys(access).toSorted()).toEqual([...common, "client_id", "scope", "username"].toSorted());
    expect(Object.keys(id).toSorted()).toEqual(
      [...common, "aud", "cognito:username", "email", "email_verified"].toSorted(),
    );
    expect(access).toMatchObject({
      sub,
      username: sub,
      client_id: ids.ClientId,
      iss: `https://cognito-idp.us-east-1.amazonaws.com/${ids.UserPoolId}`,
      scope: "aws.cognito.signin.user.admin",
    });
    expect(id).toMatchObject({ sub, email: ada, email_verified: true, origin_jti: access.origin_jti });
  });

  test("SLS-14 of another client, another pool and another use are refused", async () => {
    const { AccessToken, IdToken } = await tokensOf(cognito, ids, ada);
    const otherClient = await makeClient(cognito.idp, ids.UserPoolId);
    const otherPool = await makePool(cognito.idp);
    const verdicts = await Promise.all([
      refusalOf(verifier("access").verify(IdToken)),
      refusalOf(verifier("access", { ...ids, ClientId: otherClient }).verify(AccessToken)),
      refusalOf(verifier("access", { ...otherPool, ClientId: ids.ClientId }).verify(AccessToken)),
    ]);
    expect(verdicts).not.toContain("none");
  });

  test("have the lifetimes of the client as it is now", async () => {
    const units = { AccessToken: "minutes", IdToken: "minutes", RefreshToken: "hours" } as const;
    await update({
      ...{ AccessTokenValidity: 10, IdTokenValidity: 7, RefreshTokenValidity: 1, TokenValidityUnits: units },
      ExplicitAuthFlows: ["ALLOW_ADMIN_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
    });
    const { AuthenticationResult } = await signIn(cognito, ids, ada);
    const { AccessToken, IdToken, RefreshToken, ExpiresIn } = AuthenticationResult!;
    const lifetime = (token: string) => Number(claimsOf(token)["exp"]) - Number(claimsOf(token)["iat"]);
    expect([ExpiresIn, lifetime(AccessToken!), lifetime(IdToken!)]).toEqual([600, 600, 420]);
    cognito.pass(10 * minute);
    expect(await messageOf(cognito.idp.getUser({ AccessToken }))).toBe("Access Token has expired");
    await refresh(RefreshToken!);
    cognito.pass(50 * minute);
    expect(await messageOf(refresh(RefreshToken!))).toBe("Refresh Token has expired");
  });

  test("with a changed claim, signature or algorithm are refused", async () => {
    const { AccessToken } = await tokensOf(cognito, ids, ada);
    const [head = "", claims = "", signature = ""] = AccessToken.split(".");
    const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
    const forged = [
      [head, encode({ ...claimsOf(AccessToken), exp: 9_999_999_999 }), signature],
      [encode({ alg: "none" }), claims, ""],
      [encode({ alg: "HS256" }), claims, signature],
      [head, claims, signature.replace(/^./, (first) => (first === "A" ? "B" : "A"))],
      [head, claims, signature, signature],
    ];
    for (const parts of forged) {
      const call = cognito.idp.getUser({ AccessToken: parts.join(".") });
      expect(await messageOf(call)).toBe("Invalid Access Token");
    }
    await cognito.idp.getUser({ AccessToken });
  });

  test("openid-configuration names the issuer and where its keys are", async () => {
    const answer = await fetch(`${cognito.url}/${ids.UserPoolId}/.well-known/openid-configuration`);
    const issuer = `https://cognito-idp.us-east-1.amazonaws.com/${ids.UserPoolId}`;
    expect(await answer.json()).toMatchObject({ issuer, jwks_uri: `${issuer}/.well-known/jwks.json` });
  });
});

describe("the lockout", () => {
  test("begins with the fifth failure at one second and doubles up to 15 minutes", async () => {
    for (const _ of ten.slice(5)) await wrong();
    for (const length of [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900]) {
      cognito.pass(length * second - 1);
      expect(await messageOf(signIn(cognito, ids, ada))).toBe("Password attempts exceeded");
      cognito.pass(1);
      expect(await messageOf(signIn(cognito, ids, ada, "wrong password"))).toBe(
        "Incorrect username or password.",
      );
    }
  });

  test("is over with a sign-in after it, and the count with it", async () => {
    for (const _ of ten.slice(5)) await wrong();
    cognito.pass(second);
    await signIn(cognito, ids, ada);
    for (const _ of ten.slice(6)) await wrong();
    await signIn(cognito, ids, ada);
  });

  test("is forgotten after 15 minutes without an attempt", async () => {
    for (const _ of ten) {
      await wrong();
      cognito.pass(second);
    }
    cognito.pass(15 * minute);
    for (const _ of ten.slice(6)) await wrong();
    await signIn(cognito, ids, ada);
  });

  test("is not passed by parallel attempts: five of twenty are judged", async () => {
    const messages = await Promise.all(
      Array.from({ length: 20 }, () => messageOf(signIn(cognito, ids, ada, "wrong password"))),
    );
    expect(messages.filter((message) => message === "Incorrect username or password.")).toHaveLength(5);
  });

  test("is not ended by a reset of the password", async () => {
    await cognito.idp.forgotPassword({ ClientId: ids.ClientId, Username: ada });
    for (const _ of ten) {
      await wrong();
      cognito.pass(5 * second);
    }
    const person = { ClientId: ids.ClientId, Username: ada };
    await cognito.idp.confirmForgotPassword({
      ...person,
      ConfirmationCode: cognito.code(ada),
      Password: "another long password",
    });
    expect(await messageOf(signIn(cognito, ids, ada, "another long password"))).toBe(
      "Password attempts exceeded",
    );
  });
});

describe("a user who is not confirmed", () => {
  const bea = "bea@example.org";
  test.each([
    [false, "NotAuthorizedException"],
    [true, "UserNotConfirmedException"],
  ])("SLS-07 with status before password: %s, a wrong password is %s", async (statusFirst, expected) => {
    const other = await startCognito(moto, { statusFirst });
    const pool = await makePool(other.idp);
    await other.idp.signUp({ ClientId: pool.ClientId, Username: bea, Password: password });
    expect(await refusalOf(signIn(other, pool, bea, "wrong password"))).toBe(expected);
    expect(await refusalOf(signIn(other, pool, bea))).toBe("UserNotConfirmedException");
    await other.stop();
  });
});

describe("refreshing", () => {
  const grace = (RetryGracePeriodSeconds: number) =>
    update({ RefreshTokenRotation: { Feature: "ENABLED", RetryGracePeriodSeconds } });

  test("with rotation makes the token void at once, or after the grace period", async () => {
    await grace(0);
    const { RefreshToken } = await tokensOf(cognito, ids, ada);
    const { AuthenticationResult } = await refresh(RefreshToken);
    expect(await refusalOf(refresh(RefreshToken))).toBe("RefreshTokenReuseException");
    await grace(10);
    const next = AuthenticationResult!.RefreshToken!;
    const answers = [await refresh(next), await refresh(next)].map(
      (answer) => answer.AuthenticationResult!.RefreshToken,
    );
    expect(new Set([RefreshToken, next, ...answers]).size).toBe(4);
    cognito.pass(10 * second);
    expect(await refusalOf(refresh(next))).toBe("RefreshTokenReuseException");
  });

  test("without a grace period one of ten parallel uses wins", async () => {
    await grace(0);
    const { RefreshToken } = await tokensOf(cognito, ids, ada);
    const outcomes = await Promise.all(ten.map(() => refusalOf(refresh(RefreshToken))));
    expect(outcomes.toSorted()).toEqual([...ten.slice(1).map(() => "RefreshTokenReuseException"), "none"]);
  });

  test("with rotation is not done by REFRESH_TOKEN_AUTH", async () => {
    await grace(0);
    const { RefreshToken } = await tokensOf(cognito, ids, ada);
    const call = cognito.idp.initiateAuth({
      ClientId: ids.ClientId,
      AuthFlow: "REFRESH_TOKEN_AUTH",
      AuthParameters: { REFRESH_TOKEN: RefreshToken },
    });
    expect(await refusalOf(call)).toBe("InvalidParameterException");
  });

  test("without rotation keeps the token, the sign-in and its time", async () => {
    await update({ ExplicitAuthFlows: ["ALLOW_ADMIN_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"] });
    const first = await tokensOf(cognito, ids, ada);
    cognito.pass(minute);
    const { AuthenticationResult } = await cognito.idp.initiateAuth({
      ClientId: ids.ClientId,
      AuthFlow: "REFRESH_TOKEN_AUTH",
      AuthParameters: { REFRESH_TOKEN: first.RefreshToken },
    });
    expect(AuthenticationResult!.RefreshToken).toBeUndefined();
    const { auth_time, origin_jti } = claimsOf(first.AccessToken);
    expect(claimsOf(AuthenticationResult!.AccessToken!)).toMatchObject({ auth_time, origin_jti });
  });

  test("another client's refresh token is refused, and cannot be revoked", async () => {
    const { RefreshToken } = await tokensOf(cognito, ids, ada);
    const ClientId = await makeClient(cognito.idp, ids.UserPoolId, {
      ExplicitAuthFlows: ["ALLOW_REFRESH_TOKEN_AUTH"],
    });
    const { idp } = cognito;
    expect(await refusalOf(idp.getTokensFromRefreshToken({ ClientId, RefreshToken }))).toBe(
      "NotAuthorizedException",
    );
    expect(await refusalOf(idp.revokeToken({ ClientId, Token: RefreshToken }))).toBe("UnauthorizedException");
  });
});

describe("signing out", () => {
  test("everywhere, by the person or an operator, ends access and refresh tokens of all sign-ins", async () => {
    await update({ ExplicitAuthFlows: ["ALLOW_ADMIN_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"] });
    const { idp } = cognito;
    const name = { UserPoolId: ids.UserPoolId, Username: ada };
    for (const end of [
      (AccessToken: string) => idp.globalSignOut({ AccessToken }),
      () => idp.adminUserGlobalSignOut(name),
      () => idp.adminDisableUser(name).then(() => idp.adminEnableUser(name)),
    ]) {
      const devices = [await tokensOf(cognito, ids, ada), await tokensOf(cognito, ids, ada)];
      await end(devices[0]!.AccessToken);
      for (const { AccessToken, RefreshToken } of devices) {
        expect(await messageOf(idp.getUser({ AccessToken }))).toBe("Access Token has been revoked");
        expect(await messageOf(refresh(RefreshToken))).toBe("Refresh Token has been revoked");
      }
    }
  });

  test("by revoking a refresh token ends its own sign-in alone, and may be repeated", async () => {
    const [one, other] = [await tokensOf(cognito, ids, ada), await tokensOf(cognito, ids, ada)];
    const revoke = () => cognito.idp.revokeToken({ ClientId: ids.ClientId, Token: one!.RefreshToken });
    await revoke();
    await revoke();
    expect(await refusalOf(cognito.idp.getUser(one!))).toBe("NotAuthorizedException");
    await cognito.idp.getUser(other!);
  });

  test("a removed user's tokens are refused, and the address is free again", async () => {
    const { AccessToken } = await tokensOf(cognito, ids, ada);
    await cognito.idp.deleteUser({ AccessToken });
    expect(await refusalOf(cognito.idp.getUser({ AccessToken }))).toBe("UserNotFoundException");
    expect(await refusalOf(signIn(cognito, ids, ada))).toBe("NotAuthorizedException");
    expect(await join(cognito, ids, ada)).not.toBe(sub);
  });
});

describe("a second factor", () => {
  const totpPool = async () => {
    ids = await makePool(cognito.idp);
    await cognito.idp.setUserPoolMfaConfig({
      UserPoolId: ids.UserPoolId,
      SoftwareTokenMfaConfiguration: { Enabled: true },
      MfaConfiguration: "OPTIONAL",
    });
    await join(cognito, ids, ada);
  };
  const step = () => Math.floor(cognito.clock.now.getTime() / 30_000);
  const enroll = async () => {
    await totpPool();
    const { AccessToken } = await tokensOf(cognito, ids, ada);
    const { SecretCode } = await cognito.idp.associateSoftwareToken({ AccessToken });
    await cognito.idp.verifySoftwareToken({ AccessToken, UserCode: totp(SecretCode!, step()) });
    await cognito.idp.setUserMFAPreference({
      AccessToken,
      SoftwareTokenMfaSettings: { Enabled: true, PreferredMfa: true },
    });
    cognito.pass(minute);
    return SecretCode!;
  };
  const respond = (Session: string, code: string) =>
    cognito.idp.adminRespondToAuthChallenge({
      ...ids,
      ChallengeName: "SOFTWARE_TOKEN_MFA",
      Session,
      ChallengeResponses: { USERNAME: ada, SOFTWARE_TOKEN_MFA_CODE: code },
    });
  const wrongOf = (code: string) => String((Number(code) + 1) % 1_000_000).padStart(6, "0");

  test("is asked for after the password, and a code signs in once", async () => {
    const secret = await enroll();
    const { ChallengeName, Session, AuthenticationResult } = await signIn(cognito, ids, ada);
    expect([ChallengeName, AuthenticationResult]).toEqual(["SOFTWARE_TOKEN_MFA", undefined]);
    const code = totp(secret, step());
    const { AuthenticationResult: result } = await respond(Session!, code);
    await cognito.idp.getUser({ AccessToken: result!.AccessToken! });
    expect(await refusalOf(respond(Session!, code))).toBe("NotAuthorizedException");
    const again = await signIn(cognito, ids, ada);
    expect(await refusalOf(respond(again.Session!, code))).toBe("ExpiredCodeException");
    expect(await refusalOf(respond(again.Session!, totp(secret, step() - 1)))).toBe("ExpiredCodeException");
  });

  test("of ten parallel uses of one code one signs in", async () => {
    const secret = await enroll();
    const sessions = await Promise.all(ten.map(() => signIn(cognito, ids, ada)));
    const code = totp(secret, step());
    const outcomes = await Promise.all(sessions.map(({ Session }) => refusalOf(respond(Session!, code))));
    expect(outcomes.filter((outcome) => outcome === "none")).toHaveLength(1);
  });

  test("wrong codes count as failed sign-ins, and a right password does not forgive them", async () => {
    const secret = await enroll();
    for (const _ of ten.slice(5)) {
      const { Session } = await signIn(cognito, ids, ada);
      expect(await refusalOf(respond(Session!, wrongOf(totp(secret, step()))))).toBe("CodeMismatchException");
    }
    expect(await messageOf(signIn(cognito, ids, ada))).toBe("Password attempts exceeded");
  });

  test("a sign-in waits three minutes for it", async () => {
    const secret = await enroll();
    const { Session } = await signIn(cognito, ids, ada);
    cognito.pass(3 * minute);
    expect(await refusalOf(respond(Session!, totp(secret, step())))).toBe("NotAuthorizedException");
  });

  test("is enrolled with a right code alone, and can be taken off by an operator", async () => {
    await totpPool();
    const { AccessToken } = await tokensOf(cognito, ids, ada);
    const { SecretCode } = await cognito.idp.associateSoftwareToken({ AccessToken });
    expect(SecretCode).toMatch(/^[A-Z2-7]{52}$/);
    const want = { SoftwareTokenMfaSettings: { Enabled: true } };
    expect(await refusalOf(cognito.idp.setUserMFAPreference({ AccessToken, ...want }))).toBe(
      "InvalidParameterException",
    );
    const code = totp(SecretCode!, step());
    const verify = (UserCode: string) => cognito.idp.verifySoftwareToken({ AccessToken, UserCode });
    expect(await refusalOf(verify(wrongOf(code)))).toBe("EnableSoftwareTokenMFAException");
    await verify(code);
    const name = { UserPoolId: ids.UserPoolId, Username: ada };
    await cognito.idp.adminSetUserMFAPreference({ ...name, ...want });
    expect((await signIn(cognito, ids, ada)).ChallengeName).toBe("SOFTWARE_TOKEN_MFA");
    await cognito.idp.adminSetUserMFAPreference({ ...name, SoftwareTokenMfaSettings: { Enabled: false } });
    expect((await signIn(cognito, ids, ada)).AuthenticationResult).toBeDefined();
  });
});
