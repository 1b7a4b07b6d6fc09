import * as cognito from "@aws-sdk/client-cognito-identity-provider";
import { describe, expect, test } from "@jest/globals";
import { isRefusal, meanings, rethrowCognitoError } from "../../../src/adapters/cognito/cognito-error.ts";
import { AppError } from "../../../src/domain/app-error.ts";

const named = (name: string) => Object.assign(new Error("said by AWS"), { name });

function rethrown(error: unknown): unknown {
  try {
    return rethrowCognitoError(error);
  } catch (thrown) {
    return thrown;
  }
}

describe("SLS-21 an error of a user pool", () => {
  test("has a meaning, whichever it is", () => {
    const base = "CognitoIdentityProviderServiceException";
    const names = Object.keys(cognito).filter((name) => name.endsWith("Exception") && name !== base);
    expect(names.length).toBeGreaterThan(50);
    expect(names.filter((name) => meanings[name] === undefined)).toEqual([]);
  });

  test.each(["TooManyRequestsException", "InternalErrorException", "ExpiredTokenException", "TimeoutError"])(
    "is temporary: %s",
    (name) => {
      expect(rethrown(named(name))).toMatchObject({ code: "unavailable" });
      expect(isRefusal(named(name))).toBe(false);
    },
  );

  test.each(["ENOTFOUND", "ECONNRESET", "EPIPE"])("is temporary: %s", (code) => {
    expect(rethrown(Object.assign(new Error("socket"), { code }))).toMatchObject({ code: "unavailable" });
  });

  test.each(["AccessDeniedException", "ResourceNotFoundException", "InvalidParameterException", "New"])(
    "is a bug: %s",
    (name) => {
      expect(rethrown(named(name))).not.toBeInstanceOf(AppError);
      expect(isRefusal(named(name))).toBe(false);
    },
  );

  test.each(["NotAuthorizedException", "CodeMismatchException", "ExpiredCodeException"])(
    "refuses an attempt: %s",
    (name) => expect(isRefusal(named(name))).toBe(true),
  );
});
