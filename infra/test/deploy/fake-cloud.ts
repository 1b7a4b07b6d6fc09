/** The services that `with-services.ts` runs around the tests, as the access to a cloud. */
export const fakeCloud: Record<string, string> = {
  AWS_ENDPOINT_URL: process.env["MOTO_URL"]!.replace(/\/$/, ""),
  AWS_ENDPOINT_URL_S3: process.env["AWS_ENDPOINT_URL_S3"]!,
  AWS_ACCESS_KEY_ID: process.env["AWS_ACCESS_KEY_ID"]!,
  AWS_SECRET_ACCESS_KEY: process.env["AWS_SECRET_ACCESS_KEY"]!,
};
