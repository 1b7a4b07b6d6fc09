import { S3Error } from "./s3-error.ts";

/** Gives the secret of an access key; undefined for an unknown key, or a session token that is not the key's. */
export type SecretFor = (
  accessKeyId: string,
  sessionToken: string | undefined,
) => Promise<string | undefined> | string | undefined;

/** `<access key>/<day>/<region>/<service>/aws4_request`, taken apart. */
export interface Credential {
  readonly accessKeyId: string;
  readonly day: string;
  readonly region: string;
  readonly service: string;
  readonly scope: string;
  /** As written in the request. */
  readonly text: string;
}

/** Undefined unless it is a credential for S3, or for a service that `isService` accepts, on the day of `amzDate`. */
export function parseCredential(
  text: string,
  amzDate: string,
  isService: (service: string) => boolean = (service) => service === "s3",
): Credential | undefined {
  const match =
    /^(?<accessKeyId>[^/]+)\/(?<scope>(?<day>\d{8})\/(?<region>[^/]+)\/(?<service>[^/]+)\/aws4_request)$/.exec(
      text,
    );
  const { accessKeyId = "", scope = "", day = "", region = "", service = "" } = match?.groups ?? {};
  if (!match || !amzDate.startsWith(day) || !isService(service)) return undefined;
  return { accessKeyId, day, region, service, scope, text };
}

/** The secret of an access key; throws what S3 answers to a key or token that it does not know. */
export async function knownSecret(
  secretFor: SecretFor,
  accessKeyId: string,
  sessionToken: string | undefined,
): Promise<string> {
  const secret = await secretFor(accessKeyId, sessionToken);
  if (secret !== undefined) return secret;
  if (sessionToken !== undefined) {
    throw new S3Error(400, "InvalidToken", "The provided token is malformed or otherwise invalid.");
  }
  throw new S3Error(
    403,
    "InvalidAccessKeyId",
    "The AWS Access Key Id you provided does not exist in our records.",
    { AWSAccessKeyId: accessKeyId },
  );
}

/** Milliseconds since the epoch of `YYYYMMDDTHHMMSSZ`; undefined if it is not such a date. */
export function parseAmzDate(text: string): number | undefined {
  const match = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text);
  if (!match) return undefined;
  const [, year, month, day, hour, minute, second] = match;
  const ms = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  return Number.isNaN(ms) ? undefined : ms;
}

/** How far the clocks of caller and S3 may be apart. */
export const maxSkewMs = 15 * 60 * 1000;
