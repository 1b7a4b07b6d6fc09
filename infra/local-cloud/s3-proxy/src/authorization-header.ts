import type { Authenticated, Callers } from "./caller.ts";
import { maxSkewMs, knownSecret, parseAmzDate, parseCredential } from "./credential.ts";
import type { S3Request } from "./request.ts";
import { S3Error, accessDenied } from "./s3-error.ts";
import { signingAlgorithm, checkRequestSignature, signer } from "./sigv4.ts";

/** In what the services differ: whose credentials count, and what hash of the payload was signed. */
export interface HeaderRules {
  readonly isService: (service: string) => boolean;
  /** Throws the refusal if the request does not say it. */
  readonly payloadHash: (request: S3Request) => string;
}

const rulesOfS3: HeaderRules = {
  isService: (service) => service === "s3",
  payloadHash({ headers }) {
    const payloadHash = headers.get("x-amz-content-sha256");
    if (payloadHash !== undefined) return payloadHash;
    throw new S3Error(
      400,
      "InvalidRequest",
      "Missing required header for this request: x-amz-content-sha256",
    );
  },
};

/** Verifies `Authorization: AWS4-HMAC-SHA256 Credential=..., SignedHeaders=..., Signature=...`; throws the refusal. */
export async function authorizationHeader(
  request: S3Request,
  header: string,
  { secretFor, now }: Callers,
  rules = rulesOfS3,
): Promise<Authenticated> {
  const amzDate = requestDate(request, now());
  const { credential, signedHeaders, signature } = parseHeader(header, amzDate, rules);
  const payloadHash = rules.payloadHash(request);
  const token = request.headers.get("x-amz-security-token");
  const secret = await knownSecret(secretFor, credential.accessKeyId, token);
  const by = signer(credential, secret, amzDate);
  checkRequestSignature(request, by, { signedHeaders, payloadHash, signature });
  return { signer: by, signature, payloadHash, sessionToken: token };
}

/** The date that the signature names: `x-amz-date`, else `Date`, at most 15 minutes away. */
function requestDate(request: S3Request, now: Date): string {
  const amzDate = request.headers.get("x-amz-date") ?? fromHttpDate(request.headers.get("date"));
  const at = amzDate === undefined ? undefined : parseAmzDate(amzDate);
  if (amzDate === undefined || at === undefined) {
    throw accessDenied("AWS authentication requires a valid Date or x-amz-date header");
  }
  if (Math.abs(now.getTime() - at) <= maxSkewMs) return amzDate;
  throw new S3Error(
    403,
    "RequestTimeTooSkewed",
    "The difference between the request time and the current time is too large.",
    {
      RequestTime: amzDate,
      ServerTime: now.toISOString(),
      MaxAllowedSkewMilliseconds: String(maxSkewMs),
    },
  );
}

function fromHttpDate(text: string | undefined): string | undefined {
  const at = new Date(text ?? Number.NaN);
  return Number.isNaN(at.getTime()) ? undefined : at.toISOString().replace(/[-:]|\.\d{3}/g, "");
}

function parseHeader(header: string, amzDate: string, { isService }: HeaderRules) {
  const [algorithm, ...rest] = header.split(/\s+/);
  if (algorithm !== signingAlgorithm) {
    throw new S3Error(
      400,
      "InvalidRequest",
      `The authorization mechanism you have provided is not supported. Please use ${signingAlgorithm}.`,
    );
  }
  const fields = new Map(rest.join("").split(",").map(splitField));
  const credential = parseCredential(fields.get("Credential") ?? "", amzDate, isService);
  const signedHeaders = fields.get("SignedHeaders")?.split(";");
  const signature = fields.get("Signature");
  if (!credential || !signedHeaders || !signature) {
    throw new S3Error(
      400,
      "AuthorizationHeaderMalformed",
      'The authorization header is malformed; expecting Credential="<access key>/<day of x-amz-date>/<region>/s3/aws4_request", SignedHeaders and Signature.',
    );
  }
  return { credential, signedHeaders, signature };
}

function splitField(field: string): [string, string] {
  const at = field.indexOf("=");
  return [field.slice(0, at), field.slice(at + 1)];
}
