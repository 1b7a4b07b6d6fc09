/** Configuration of an SDK client for a deployment's cloud; what `access` leaves out comes from the SDK's defaults. */
export function sdkClient(access: Record<string, string>, endpoint: string | undefined, region: string) {
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = access;
  return {
    region,
    ...(endpoint && { endpoint }),
    ...(accessKeyId && secretAccessKey && { credentials: { accessKeyId, secretAccessKey } }),
  };
}
