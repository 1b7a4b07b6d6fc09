import { CognitoError, invalidParameter } from "../answer.ts";
import { type Action, type Call, type TokenCall, requireUser } from "../call.ts";
import type { User } from "../state.ts";
import { newSecret, stepOf } from "../totp.ts";

export const totpActions = {
  AssociateSoftwareToken: {
    by: "token",
    category: "UserUpdate",
    required: ["AccessToken"],
    run: associateSoftwareToken,
  },
  VerifySoftwareToken: {
    by: "token",
    category: "UserUpdate",
    required: ["AccessToken", "UserCode"],
    run: verifySoftwareToken,
  },
  SetUserMFAPreference: {
    by: "token",
    category: "UserUpdate",
    required: ["AccessToken"],
    run: (call) => setPreference(call, call.user),
  },
  AdminSetUserMFAPreference: {
    by: "role",
    category: "UserUpdate",
    required: ["UserPoolId", "Username"],
    run: (call) => setPreference(call, requireUser(call)),
  },
} satisfies Record<string, Action>;

/** The new secret replaces the former one once a code of it was verified. */
function associateSoftwareToken({ pool, user, random }: TokenCall) {
  requireTotpOn(pool);
  const SecretCode = newSecret(random);
  user.newSecret = SecretCode;
  return { SecretCode };
}

function verifySoftwareToken({ pool, user, input, now }: TokenCall) {
  requireTotpOn(pool);
  const secret = user.newSecret;
  const step = secret === undefined ? undefined : stepOf(secret, input.UserCode, now);
  if (secret === undefined || step === undefined) {
    throw new CognitoError(
      "EnableSoftwareTokenMFAException",
      "Code mismatch and fail enable Software Token MFA",
    );
  }
  user.newSecret = undefined;
  user.totp = { secret, wanted: user.totp?.wanted ?? false, usedStep: step };
  user.modifiedAt = now;
  return { Status: "SUCCESS" };
}

function setPreference({ input, now }: Call, user: User) {
  const { Enabled, PreferredMfa } = input.SoftwareTokenMfaSettings ?? {};
  const isWanted = Enabled ?? PreferredMfa ?? false;
  if (isWanted && user.totp === undefined) {
    throw invalidParameter("User has not verified software token mfa");
  }
  if (user.totp !== undefined) user.totp.wanted = isWanted;
  user.modifiedAt = now;
  return {};
}

/** A code is good once; neither it nor an earlier one is taken again. */
export function takeTotp({ totp }: User, code: string, now: number): void {
  const step = totp === undefined ? undefined : stepOf(totp.secret, code, now);
  if (totp === undefined || step === undefined) {
    throw new CognitoError("CodeMismatchException", "Invalid code received for user");
  }
  if (step <= totp.usedStep) {
    throw new CognitoError("ExpiredCodeException", "Your software token has already been used once.");
  }
  totp.usedStep = step;
}

function requireTotpOn(pool: Call["pool"]): void {
  if ((pool.MfaConfiguration ?? "OFF") === "OFF" || !pool.SoftwareTokenMfaConfiguration?.Enabled) {
    throw new CognitoError(
      "SoftwareTokenMFANotFoundException",
      "Software Token MFA has not been enabled by the userPool.",
    );
  }
}
