import { sha256, sign, signer, signingAlgorithm } from "../s3-proxy/src/sigv4.ts";

export interface SignedCall {
  readonly url: URL;
  readonly service: string;
  readonly region: string;
  /** @default - GET */
  readonly method?: string;
}

export interface SigningKeys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/**
 * A call of an AWS API whose answer no SDK gives as it is, such as CloudFront's XML; it has no body. All services but S3
 * sign the path encoded a second time: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
export function signedFetch(
  { url, service, region, method = "GET" }: SignedCall,
  { accessKeyId, secretAccessKey }: SigningKeys,
  now: Date,
): Promise<Response> {
  const amzDate = now.toISOString().replaceAll(/[-:]|\.\d{3}/g, "");
  const day = amzDate.slice(0, 8);
  const scope = `${day}/${region}/${service}/aws4_request`;
  const payload = sha256("");
  const path = url.pathname.split("/").map(encodeURIComponent).join("/");
  const headers = { host: url.host, "x-amz-content-sha256": payload, "x-amz-date": amzDate };
  const lines = Object.entries(headers).map(([name, value]) => `${name}:${value}\n`);
  const names = Object.keys(headers).join(";");
  const query = [...url.searchParams].map((pair) => pair.map(encodeURIComponent).join("=")).toSorted();
  const canonical = [method, path, query.join("&"), lines.join(""), names, payload].join("\n");
  const by = signer({ accessKeyId, day, region, service, scope, text: "" }, secretAccessKey, amzDate);
  const signature = sign(by, [signingAlgorithm, amzDate, scope, sha256(canonical)].join("\n"));
  const authorization = `${signingAlgorithm} Credential=${accessKeyId}/${scope}, SignedHeaders=${names}, Signature=${signature}`;
  return fetch(url, { method, headers: { ...headers, authorization } });
}
