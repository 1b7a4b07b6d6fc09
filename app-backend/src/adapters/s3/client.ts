import { S3Client } from "@aws-sdk/client-s3";

export interface BucketConfig {
  readonly bucket: string;
  readonly region: string;
  readonly endpoint?: string | undefined;
}

/** The client; credentials come from the SDK's default chain, on a host from its instance role. */
export function openS3({ region, endpoint }: BucketConfig): S3Client {
  return new S3Client({
    region,
    ...(endpoint && { endpoint, forcePathStyle: true }),
    // By default the SDK signs the checksum of an empty body into what it presigns.
    requestChecksumCalculation: "WHEN_REQUIRED",
    responseChecksumValidation: "WHEN_REQUIRED",
    maxAttempts: 3,
    requestHandler: { connectionTimeout: 2_000, requestTimeout: 15_000, throwOnRequestTimeout: true },
  });
}
