import { randomUUID } from "node:crypto";
import { CognitoError, invalidParameter, notAuthorized } from "../answer.ts";
import {
  type Action,
  type ClientCall,
  deliveryTo,
  findUser,
  hidesUsers,
  nameKey,
  requireEmailNames,
  userNotFound,
} from "../call.ts";
import { checkCode, expiredCode, spendCode } from "../codes.ts";
import { hashPassword, requirePolicy } from "../passwords.ts";
import { newUser } from "../state.ts";

export const signUpActions = {
  SignUp: {
    by: "client",
    category: "UserCreation",
    required: ["ClientId", "Username", "Password"],
    run: signUp,
  },
  ConfirmSignUp: {
    by: "client",
    category: "UserCreation",
    required: ["ClientId", "Username", "ConfirmationCode"],
    run: confirmSignUp,
  },
  ResendConfirmationCode: {
    by: "client",
    category: "UserCreation",
    required: ["ClientId", "Username"],
    run: resendConfirmationCode,
  },
} satisfies Record<string, Action>;

function signUp(call: ClientCall) {
  const { input, pool, state, random, now } = call;
  if (pool.AdminCreateUserConfig?.AllowAdminCreateUserOnly) {
    throw notAuthorized("SignUp is not permitted for this user pool");
  }
  requireEmailNames(pool);
  if (!/^[^@\s]+@[^@\s]+\.[^@\s]+$/.test(input.Username)) {
    throw invalidParameter("Username should be an email.");
  }
  requireAttributes(call);
  requirePolicy(pool, input.Password);
  if (findUser(call, input.Username) !== undefined) {
    throw new CognitoError("UsernameExistsException", "User already exists");
  }
  const password = hashPassword(input.Password, random);
  const user = newUser(state, { sub: randomUUID(), email: input.Username, password, now });
  const isMailed = pool.AutoVerifiedAttributes?.includes("email") ?? false;
  // The user stays when the mail cannot be sent: resend is the way out.
  return { UserConfirmed: false, UserSub: user.sub, ...(isMailed && call.mailCode(user, "confirm")) };
}

/** The email address is the only attribute that users of this stand-in have. */
function requireAttributes({ input, pool, client }: ClientCall): void {
  for (const { Name, Value } of input.UserAttributes ?? []) {
    if (client.WriteAttributes !== undefined && !client.WriteAttributes.includes(Name)) {
      throw notAuthorized("A client attempted to write unauthorized attribute");
    }
    if (Name !== "email" || nameKey(pool, Value ?? "") !== nameKey(pool, input.Username)) {
      throw invalidParameter("Attributes did not conform to the schema: only email, equal to the user name");
    }
  }
}

function confirmSignUp(call: ClientCall) {
  const { input, pool, now } = call;
  call.countCode("confirm", nameKey(pool, input.Username));
  const user = findUser(call, input.Username);
  if (user === undefined) throw hidesUsers(call) ? expiredCode() : userNotFound();
  if (user.confirmed) throw notAuthorized("User cannot be confirmed. Current status is CONFIRMED");
  checkCode(user.codes, "confirm", input.ConfirmationCode, now);
  spendCode(user.codes, "confirm");
  user.confirmed = true;
  user.emailVerified = true;
  user.modifiedAt = now;
  return {};
}

function resendConfirmationCode(call: ClientCall) {
  const { input, pool } = call;
  call.countCode("confirm", nameKey(pool, input.Username));
  const user = findUser(call, input.Username);
  if (user?.enabled && !user.confirmed) return call.mailCode(user, "confirm");
  if (hidesUsers(call)) return deliveryTo(input.Username);
  if (user === undefined) throw userNotFound("Username/client id combination not found.");
  throw user.enabled ? invalidParameter("User is already confirmed.") : notAuthorized("User is disabled.");
}
