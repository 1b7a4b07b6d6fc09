import { sha256, sign, signer, signingAlgorithm } from "../../s3-proxy/src/sigv4.ts";

export interface EdgeCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
}

export interface SignedReadProps {
  readonly method: string;
  readonly host: string;
  /** Decoded. */
  readonly path: string;
  readonly region: string;
  readonly credentials: EdgeCredentials;
  readonly now: Date;
}

/** The headers that an origin access control adds to a read of a bucket; it has no query and no body. */
export function signedReadHeaders(props: SignedReadProps): Record<string, string> {
  const { method, host, path, region, credentials, now } = props;
  const { accessKeyId, secretAccessKey, sessionToken } = credentials;
  const amzDate = now.toISOString().replaceAll(/[-:]|\.\d{3}/g, "");
  const day = amzDate.slice(0, 8);
  const scope = `${day}/${region}/s3/aws4_request`;
  const payloadHash = sha256("");
  const headers: Record<string, string> = {
    host,
    "x-amz-content-sha256": payloadHash,
    "x-amz-date": amzDate,
    ...(sessionToken !== undefined && { "x-amz-security-token": sessionToken }),
  };
  const names = Object.keys(headers).toSorted();
  const canonical = [
    method,
    encodedPath(path),
    "",
    ...names.map((name) => `${name}:${headers[name]}`),
    "",
    names.join(";"),
    payloadHash,
  ].join("\n");
  const by = signer({ accessKeyId, day, region, service: "s3", scope, text: "" }, secretAccessKey, amzDate);
  const signature = sign(by, [signingAlgorithm, amzDate, scope, sha256(canonical)].join("\n"));
  const authorization = `${signingAlgorithm} Credential=${accessKeyId}/${scope}, SignedHeaders=${names.join(";")}, Signature=${signature}`;
  return { ...headers, authorization };
}

/** As signatures have it: letters, digits, `-._~` and slashes stay. */
export const encodedPath = (path: string) =>
  path
    .split("/")
    .map((part) =>
      encodeURIComponent(part).replaceAll(
        /[!'()*]/g,
        (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
      ),
    )
    .join("/");
