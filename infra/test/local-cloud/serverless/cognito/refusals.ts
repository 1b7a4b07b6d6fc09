import type { CognitoIdentityProvider } from "@aws-sdk/client-cognito-identity-provider";
import { type PoolIds, password, refusalOf, signIn, tokensOf } from "./harness.ts";

export interface Target {
  readonly idp: CognitoIdentityProvider;
  readonly ids: PoolIds;
  /** Of a user who signed up and confirmed nothing, of one whose password an operator set, of one who is disabled. */
  readonly unconfirmed: string;
  readonly confirmed: string;
  readonly disabled: string;
  /** An address that no one signed up with. */
  readonly unknown: string;
}

/** What AWS answers, and the page that says so: an exception, or `none` where it seems to succeed. */
export interface Row {
  readonly title: string;
  readonly source: string;
  readonly expected: string;
  readonly run: (target: Target) => Promise<unknown>;
}

const api = "https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_";
const guide = "https://docs.aws.amazon.com/cognito/latest/developerguide/";
const existence = `${guide}cognito-user-pool-managing-errors.html`;

const signUp = (
  { idp, ids: { ClientId }, unknown }: Target,
  more: { Username?: string; Password?: string },
) => idp.signUp({ ClientId, Username: unknown, Password: password, ...more });

const flow = ({ idp, ids, confirmed }: Target, AuthFlow: "USER_PASSWORD_AUTH" | "USER_SRP_AUTH") =>
  idp.initiateAuth({
    ClientId: ids.ClientId,
    AuthFlow,
    AuthParameters: { USERNAME: confirmed, PASSWORD: password, SRP_A: "a".repeat(64) },
  });

const confirm = ({ idp, ids: { ClientId } }: Target, Username: string) =>
  idp.confirmSignUp({ ClientId, Username, ConfirmationCode: "000000x" });

const reset = ({ idp, ids: { ClientId } }: Target, Username: string, Password = password) =>
  idp.confirmForgotPassword({ ClientId, Username, ConfirmationCode: "000000x", Password });

const forgot = ({ idp, ids: { ClientId } }: Target, Username: string) =>
  idp.forgotPassword({ ClientId, Username });

const row = (title: string, source: string, expected: string, run: Row["run"]): Row => ({
  title,
  source,
  expected,
  run,
});

const invalid = "InvalidParameterException";
const denied = "NotAuthorizedException";

export const rows: readonly Row[] = [
  // Signing up
  row(
    "a password of 11 characters where 12 are asked",
    `${guide}managing-users-passwords.html`,
    "InvalidPasswordException",
    (t) => signUp(t, { Password: "elevenchars" }),
  ),
  row("a password of 257 characters", `${api}SignUp.html`, invalid, (t) =>
    signUp(t, { Password: "a".repeat(257) }),
  ),
  row("a password that ends in a blank", `${api}SignUp.html`, invalid, (t) =>
    signUp(t, { Password: `${password} ` }),
  ),
  row("a password that begins with a blank", `${api}SignUp.html`, invalid, (t) =>
    signUp(t, { Password: ` ${password}` }),
  ),
  row("a user name of 129 characters", `${api}SignUp.html`, invalid, (t) =>
    signUp(t, { Username: `${"a".repeat(117)}@example.org` }),
  ),
  row("a user name that is no address", `${guide}user-pool-settings-attributes.html`, invalid, (t) =>
    signUp(t, { Username: "ada" }),
  ),
  row(
    "an address that has a user, in capitals",
    `${guide}user-pool-case-sensitivity.html`,
    "UsernameExistsException",
    (t) => signUp(t, { Username: t.confirmed.toUpperCase() }),
  ),
  row(
    "an attribute that the client may not write",
    `${guide}user-pool-settings-attributes.html`,
    denied,
    (t) =>
      t.idp.signUp({
        ClientId: t.ids.ClientId,
        Username: t.unknown,
        Password: password,
        UserAttributes: [{ Name: "nickname", Value: "Ada" }],
      }),
  ),
  row("a client that does not exist", `${api}SignUp.html`, "ResourceNotFoundException", (t) =>
    t.idp.signUp({ ClientId: "0".repeat(26), Username: t.unknown, Password: password }),
  ),
  // Confirming
  row("a wrong code of confirmation", `${api}ConfirmSignUp.html`, "CodeMismatchException", (t) =>
    confirm(t, t.unconfirmed),
  ),
  row("a code of confirmation for no user", existence, "ExpiredCodeException", (t) => confirm(t, t.unknown)),
  row("a code of confirmation for a confirmed user", `${api}ConfirmSignUp.html`, denied, (t) =>
    confirm(t, t.confirmed),
  ),
  row("a resent code for no user seems sent", existence, "none", (t) =>
    t.idp.resendConfirmationCode({ ClientId: t.ids.ClientId, Username: t.unknown }),
  ),
  // Signing in
  row("sign-in of no user", existence, denied, (t) => signIn(t, t.ids, t.unknown)),
  row("sign-in with a wrong password", existence, denied, (t) =>
    signIn(t, t.ids, t.confirmed, "wrong password"),
  ),
  row("sign-in with a wrong password, unconfirmed", existence, denied, (t) =>
    signIn(t, t.ids, t.unconfirmed, "wrong password"),
  ),
  row(
    "sign-in with the right password, unconfirmed",
    `${api}AdminInitiateAuth.html`,
    "UserNotConfirmedException",
    (t) => signIn(t, t.ids, t.unconfirmed),
  ),
  row("sign-in with the right password, disabled", `${api}AdminDisableUser.html`, denied, (t) =>
    signIn(t, t.ids, t.disabled),
  ),
  row("sign-in by password with the client id alone", `${api}InitiateAuth.html`, invalid, (t) =>
    flow(t, "USER_PASSWORD_AUTH"),
  ),
  row("sign-in by SRP with the client id alone", `${api}InitiateAuth.html`, invalid, (t) =>
    flow(t, "USER_SRP_AUTH"),
  ),
  row("a refresh where the client does not allow it", `${api}AdminInitiateAuth.html`, invalid, async (t) => {
    const { RefreshToken } = await tokensOf(t, t.ids, t.confirmed);
    await t.idp.adminInitiateAuth({
      ...t.ids,
      AuthFlow: "REFRESH_TOKEN_AUTH",
      AuthParameters: { REFRESH_TOKEN: RefreshToken },
    });
  }),
  row("sign-in without a password", `${api}AdminInitiateAuth.html`, invalid, (t) =>
    t.idp.adminInitiateAuth({
      ...t.ids,
      AuthFlow: "ADMIN_USER_PASSWORD_AUTH",
      AuthParameters: { USERNAME: t.confirmed },
    }),
  ),
  // Resetting
  row("a reset for no user seems begun", existence, "none", (t) => forgot(t, t.unknown)),
  row("a reset for a disabled user seems begun", existence, "none", (t) => forgot(t, t.disabled)),
  row("a reset for an address that is not verified seems begun", existence, "none", (t) =>
    forgot(t, t.unconfirmed),
  ),
  row("a code of reset for no user", existence, "CodeMismatchException", (t) => reset(t, t.unknown)),
  row("a code of reset for a disabled user", existence, "CodeMismatchException", (t) => reset(t, t.disabled)),
  row("a code of reset that was not asked for", existence, "ExpiredCodeException", (t) =>
    reset(t, t.confirmed),
  ),
  // Tokens
  row("an access token that is none", `${api}GetUser.html`, denied, (t) =>
    t.idp.getUser({ AccessToken: "eyJhbGciOiJub25lIn0.e30." }),
  ),
  row("an ID token as access token", `${api}GetUser.html`, denied, async (t) =>
    t.idp.getUser({ AccessToken: (await tokensOf(t, t.ids, t.confirmed)).IdToken }),
  ),
  row("an access token after the sign-out", `${api}GlobalSignOut.html`, denied, async (t) => {
    const { AccessToken } = await tokensOf(t, t.ids, t.confirmed);
    await t.idp.globalSignOut({ AccessToken });
    await t.idp.getUser({ AccessToken });
  }),
  row("an access token after its refresh token was revoked", `${api}RevokeToken.html`, denied, async (t) => {
    const { AccessToken, RefreshToken } = await tokensOf(t, t.ids, t.confirmed);
    await t.idp.revokeToken({ ClientId: t.ids.ClientId, Token: RefreshToken });
    await t.idp.getUser({ AccessToken });
  }),
  row("an access token to revoke", `${api}RevokeToken.html`, "UnsupportedTokenTypeException", async (t) =>
    t.idp.revokeToken({
      ClientId: t.ids.ClientId,
      Token: (await tokensOf(t, t.ids, t.confirmed)).AccessToken,
    }),
  ),
  row("a change with a wrong former password", `${api}ChangePassword.html`, denied, async (t) =>
    t.idp.changePassword({
      AccessToken: (await tokensOf(t, t.ids, t.confirmed)).AccessToken,
      PreviousPassword: "wrong password",
      ProposedPassword: password,
    }),
  ),
  row(
    "an authenticator app in a pool without",
    `${guide}user-pool-settings-mfa-totp.html`,
    "SoftwareTokenMFANotFoundException",
    async (t) =>
      t.idp.associateSoftwareToken({ AccessToken: (await tokensOf(t, t.ids, t.confirmed)).AccessToken }),
  ),
  // Operators
  row("an operator's look at no user", `${api}AdminGetUser.html`, "UserNotFoundException", (t) =>
    t.idp.adminGetUser({ UserPoolId: t.ids.UserPoolId, Username: t.unknown }),
  ),
  row(
    "an operator's password that the policy refuses",
    `${api}AdminSetUserPassword.html`,
    "InvalidPasswordException",
    (t) =>
      t.idp.adminSetUserPassword({
        UserPoolId: t.ids.UserPoolId,
        Username: t.confirmed,
        Password: "elevenchars",
        Permanent: true,
      }),
  ),
  row("a pool that does not exist", `${api}AdminGetUser.html`, "ResourceNotFoundException", (t) =>
    t.idp.adminGetUser({ UserPoolId: "us-east-1_000000000", Username: t.unknown }),
  ),
  row("a list of 61", `${api}ListUsers.html`, invalid, (t) =>
    t.idp.listUsers({ UserPoolId: t.ids.UserPoolId, Limit: 61 }),
  ),
  row("a list by what cannot be searched", `${api}ListUsers.html`, invalid, (t) =>
    t.idp.listUsers({ UserPoolId: t.ids.UserPoolId, Filter: 'email_verified = "true"' }),
  ),
];

/** The three users of the table, made as a real pool allows without reading mail. */
export async function makeUsers(
  idp: CognitoIdentityProvider,
  ids: PoolIds,
  addresses: Omit<Target, "idp" | "ids">,
): Promise<Target> {
  for (const Username of [addresses.unconfirmed, addresses.confirmed, addresses.disabled]) {
    await idp.signUp({ ClientId: ids.ClientId, Username, Password: password });
  }
  const { UserPoolId } = ids;
  for (const Username of [addresses.confirmed, addresses.disabled]) {
    await idp.adminSetUserPassword({ UserPoolId, Username, Password: password, Permanent: true });
  }
  await idp.adminDisableUser({ UserPoolId, Username: addresses.disabled });
  return { idp, ids, ...addresses };
}

export const verdict = async ({ run }: Row, target: Target) => refusalOf(run(target));
