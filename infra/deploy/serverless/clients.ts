import { CloudFrontClient } from "@aws-sdk/client-cloudfront";
import { CloudFrontKeyValueStoreClient } from "@aws-sdk/client-cloudfront-keyvaluestore";
import { LambdaClient } from "@aws-sdk/client-lambda";
import { S3Client } from "@aws-sdk/client-s3";
import { SSMClient } from "@aws-sdk/client-ssm";
import type { LookupFunction } from "node:net";
import "@aws-sdk/signature-v4a"; // the data plane of key value stores takes nothing else
import type { Access } from "../clouds/cloud.ts";
import { globalRegion, sdkClient } from "../clouds/sdk-client.ts";

/** Configuration of a client of any service but S3. */
export const inRegion = (access: Access, region: string) =>
  sdkClient(access, access["AWS_ENDPOINT_URL"], region);

/** As long as a function may take: one whose caller gives up goes on. */
const invocationMs = 15 * 60_000;

export const lambdaClient = (access: Access, region: string) => new LambdaClient(inRegion(access, region));

/** For invocations alone. */
export const invokingClient = (access: Access, region: string) => {
  const config = inRegion(access, region);
  return new LambdaClient({
    ...config,
    maxAttempts: 1, // an invocation that was cut off would run a second time
    requestHandler: { ...config.requestHandler, requestTimeout: invocationMs },
  });
};

export const s3Client = (access: Access, region: string) =>
  new S3Client({ ...sdkClient(access, access["AWS_ENDPOINT_URL_S3"], region), forcePathStyle: true });

export const ssmClient = (access: Access, region: string) => new SSMClient(inRegion(access, region));

export const cloudfrontClient = (access: Access) => new CloudFrontClient(inRegion(access, globalRegion));

/** Names below `localhost` are this machine (RFC 6761), which not every resolver knows. */
const loopback: LookupFunction = (_name, { all }, done) =>
  all === true ? done(null, [{ address: "127.0.0.1", family: 4 }]) : done(null, "127.0.0.1", 4);

export function keyValueClient(access: Access): CloudFrontKeyValueStoreClient {
  const endpoint = access["AWS_ENDPOINT_URL_CLOUDFRONT_KEYVALUESTORE"];
  const config = sdkClient(access, endpoint, globalRegion);
  const httpAgent = { lookup: loopback }; // of http alone: AWS is reached by https
  return new CloudFrontKeyValueStoreClient({
    ...config,
    requestHandler: { ...config.requestHandler, httpAgent },
  });
}
