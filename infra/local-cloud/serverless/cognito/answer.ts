import { randomUUID } from "node:crypto";

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** A refusal as Cognito words it: the name of the exception and its message. */
export class CognitoError extends Error {
  constructor(
    readonly type: string,
    message: string,
  ) {
    super(message);
    this.name = "CognitoError";
  }
}

/** What Cognito answers to a wrong password, and to an unknown name if it may not tell. */
export const notAuthorized = (message = "Incorrect username or password.") =>
  new CognitoError("NotAuthorizedException", message);

export const invalidParameter = (message: string) => new CognitoError("InvalidParameterException", message);

const statuses: Readonly<Record<string, number>> = {
  ForbiddenException: 403,
  InternalErrorException: 500,
  ServiceUnavailable: 503,
};

/** An answer in the form of AWS's JSON 1.1 protocol. */
export function success(value: object): Answer {
  return { status: 200, headers: headers(), body: JSON.stringify(value) };
}

/** A refusal in that protocol's form; what is no refusal is an error of this program, logged and answered 500. */
export function refusal(cause: unknown): Answer {
  if (!(cause instanceof CognitoError)) console.error(cause);
  const { type, message } =
    cause instanceof CognitoError
      ? cause
      : new CognitoError("InternalErrorException", "Something went wrong.");
  return {
    status: statuses[type] ?? 400,
    headers: { ...headers(), "x-amzn-errortype": `${type}:`, "x-amzn-errormessage": message },
    body: JSON.stringify({ __type: type, message }),
  };
}

const headers = () => ({ "content-type": "application/x-amz-json-1.1", "x-amzn-requestid": randomUUID() });
