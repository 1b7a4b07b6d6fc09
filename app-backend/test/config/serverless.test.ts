import { describe, expect, test } from "@jest/globals";
import { apiConfig, imagesConfig, jobsConfig } from "../../src/config/serverless.ts";

const environment = {
  AWS_REGION: "us-east-1",
  BUCKET: "pictures",
  RECORDS_TABLE: "tintype-dev-records",
  EXPIRING_TABLE: "tintype-dev-expiring",
  USER_POOL_ID: "us-east-1_abcdefghi",
  USER_POOL_CLIENT_ID: "client",
  METRICS_NAMESPACE: "Tintype/dev",
  SECRETS_PATH: "/tintype/dev",
  IMAGES_FUNCTION: "arn:aws:lambda:us-east-1:123456789012:function:tintype-dev-images:live",
  SITE_ORIGIN: "https://d111111abcdef8.cloudfront.net",
};

describe("the environment of a function", () => {
  test("CONF-01 is refused with all its faults at once, by name", () => {
    expect(() => apiConfig({ SITE_ORIGIN: "example.org" })).toThrow(
      /AWS_REGION is missing[^]*BUCKET is missing[^]*RECORDS_TABLE is missing[^]*SECRETS_PATH is missing[^]*SITE_ORIGIN is not an origin/,
    );
  });

  test("has defaults for what the stack leaves out", () => {
    expect(apiConfig({ ...environment, AWS_LAMBDA_FUNCTION_VERSION: "7" })).toMatchObject({
      refreshCookie: "refresh",
      confirmationRequired: false,
      release: "7",
      pool: { userPoolId: "us-east-1_abcdefghi", clientId: "client", endpoint: undefined },
      storage: { bucket: "pictures", region: "us-east-1", endpoint: undefined },
    });
  });

  test("IDP-15 names sign-in providers, whose secrets are with the others", () => {
    const PROVIDERS = "google,https://accounts.google.com,1,trusts-factor";
    const { providers, secrets } = apiConfig({ ...environment, PROVIDERS });
    expect(providers).toEqual([
      {
        ...{ id: "google", name: "Google", issuer: "https://accounts.google.com" },
        ...{ clientId: "1", trustsFactor: true },
      },
    ]);
    expect(secrets.providers).toEqual(["google"]);
    for (const wrong of ["google", "passkey,https://a.example,1", `a,${environment.SITE_ORIGIN},1`])
      expect(() => apiConfig({ ...environment, PROVIDERS: wrong })).toThrow("PROVIDERS");
  });

  test("of images and jobs needs no more than they use", () => {
    const { BUCKET, AWS_REGION, RECORDS_TABLE, EXPIRING_TABLE, USER_POOL_ID, METRICS_NAMESPACE } =
      environment;
    expect(imagesConfig({ BUCKET, AWS_REGION }).storage.bucket).toBe("pictures");
    const stores = { RECORDS_TABLE, EXPIRING_TABLE, USER_POOL_ID, METRICS_NAMESPACE };
    expect(jobsConfig({ BUCKET, AWS_REGION, ...stores }).tables.records).toBe("tintype-dev-records");
  });
});
