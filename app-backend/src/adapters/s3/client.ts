import { S3Client } from "@aws-sdk/client-s3";

export interface BucketConfig {
  readonly bucket: string;
  readonly region: string;
  readonly endpoint?: string | undefined;
}

// All attempts together take less than the page's timeout of 30 seconds.
const requestTimeoutMs = 8_000;

/** The client; credentials come from the SDK's default chain, on a host from its instance role. */
export function openS3({ region, endpoint }: BucketConfig): S3Client {
  return new S3Client({
    region,
    ...(endpoint && { endpoint, forcePathStyle: true }),
    // By default the SDK includes the checksum of an empty body in presigned requests.
    requestChecksumCalculation: "WHEN_REQUIRED",
    responseChecksumValidation: "WHEN_REQUIRED",
    maxAttempts: 3,
    requestHandler: {
      connectionTimeout: 2_000,
      requestTimeout: requestTimeoutMs,
      throwOnRequestTimeout: true,
      socketTimeout: requestTimeoutMs, // a response may also stop halfway
    },
  });
}
