import { invalidParameter, notAuthorized } from "../answer.ts";
import {
  type Action,
  type ClientCall,
  deliveryTo,
  findUser,
  hidesUsers,
  nameKey,
  userNotFound,
} from "../call.ts";
import { checkCode, codeMismatch, spendCode } from "../codes.ts";
import { hashPassword, requirePolicy } from "../passwords.ts";

export const passwordResetActions = {
  ForgotPassword: {
    by: "client",
    category: "UserAccountRecovery",
    required: ["ClientId", "Username"],
    run: forgotPassword,
  },
  ConfirmForgotPassword: {
    by: "client",
    category: "UserAccountRecovery",
    required: ["ClientId", "Username", "ConfirmationCode", "Password"],
    run: confirmForgotPassword,
  },
} satisfies Record<string, Action>;

/** Mails a code to a verified address; seems to, for all others, if the client may not tell users from others. */
function forgotPassword(call: ClientCall) {
  const { input, pool } = call;
  const mechanisms = pool.AccountRecoverySetting?.RecoveryMechanisms ?? [{ Name: "verified_email" }];
  if (!mechanisms.some(({ Name }) => Name === "verified_email")) {
    throw notAuthorized("Contact administrator to reset password.");
  }
  call.countCode("reset", nameKey(pool, input.Username));
  const user = findUser(call, input.Username);
  if (user?.enabled && user.emailVerified) return call.mailCode(user, "reset");
  if (hidesUsers(call)) return deliveryTo(input.Username);
  if (user === undefined) throw userNotFound("Username/client id combination not found.");
  if (!user.enabled) throw notAuthorized("User is disabled.");
  throw invalidParameter(
    "Cannot reset password for the user as there is no registered/verified email or phone_number",
  );
}

/** The lockout stays: AWS ends it by a sign-in or by time alone. Tokens stay valid too. */
function confirmForgotPassword(call: ClientCall) {
  const { input, pool, now, random } = call;
  // Before the code, so that a password which is refused does not use it up.
  requirePolicy(pool, input.Password);
  call.countCode("reset", nameKey(pool, input.Username));
  const user = findUser(call, input.Username);
  if (user === undefined) throw hidesUsers(call) ? codeMismatch() : userNotFound();
  if (!user.enabled) throw hidesUsers(call) ? codeMismatch() : notAuthorized("User is disabled.");
  checkCode(user.codes, "reset", input.ConfirmationCode, now);
  spendCode(user.codes, "reset");
  user.password = hashPassword(input.Password, random);
  user.modifiedAt = now;
  return {};
}
