import { Lazy, TerraformStack } from "cdktf";
import type { Construct } from "constructs";
import { ImageBucket } from "../constructs/image-bucket.ts";
import { Aws } from "../constructs/provider.ts";
import { Alarms } from "../constructs/serverless/alarms.ts";
import { Certificate } from "../constructs/serverless/certificate.ts";
import { Edge } from "../constructs/serverless/edge.ts";
import { Lambda } from "../constructs/serverless/function.ts";
import { HttpApi } from "../constructs/serverless/http-api.ts";
import { Outputs } from "../constructs/serverless/outputs.ts";
import { apiRights, imagesRights, jobsRights } from "../constructs/serverless/rights.ts";
import { Schedule } from "../constructs/serverless/schedule.ts";
import { Secrets } from "../constructs/serverless/secrets.ts";
import { SiteBucket } from "../constructs/serverless/site-bucket.ts";
import { Tables } from "../constructs/serverless/tables.ts";
import { UserPool } from "../constructs/serverless/user-pool.ts";
import { TextMessages } from "../constructs/text-messages.ts";
import { keepState } from "../constructs/state-backend.ts";
import type { ServerlessSettings } from "../settings.ts";

/** CloudFront before a site in S3 and an HTTP API of functions; accounts in Cognito, records in DynamoDB. */
export class ServerlessStack extends TerraformStack {
  constructor(scope: Construct, id: string, settings: ServerlessSettings) {
    super(scope, id);
    const { name, region, protection, mailFrom, archives, domain, reservedConcurrency } = settings;
    keepState(this, { ...settings, stack: id });
    const aws = new Aws(this, "aws", { name, region, stack: id });
    const globalProvider = aws.global();

    const pool = new UserPool(this, "identity", { name, region, protection, mailFrom });
    const tables = new Tables(this, "tables", { name, protection });
    const { providers = "" } = settings;
    const secrets = new Secrets(this, "secrets", {
      name,
      version: settings.secretsVersion,
      providers: providers.split(" ").flatMap((entry) => entry.split(",")[0] || []),
    });
    const site = new SiteBucket(this, "site", { name });
    const http = new HttpApi(this, "http", { name, region });
    const certificate =
      domain === undefined ? undefined : new Certificate(this, "certificate", { domain, globalProvider });

    // The distribution allows the bucket's origin, and the bucket the distribution's.
    const hostName = Lazy.stringValue({ produce: () => served?.name ?? edge.hostName });
    const siteOrigin = `https://${hostName}`;
    const bucket = new ImageBucket(this, "images", { name, siteOrigin });
    const served =
      domain !== undefined && certificate !== undefined && settings.certificateIssued
        ? { name: domain, certificateArn: certificate.arn }
        : undefined;
    const edge = new Edge(this, "edge", {
      name,
      site,
      api: http,
      imageOrigin: settings.imageOrigin ?? bucket.origin,
      globalProvider,
      domain: served,
    });

    const texts = settings.texts && new TextMessages(this, "texts", settings.texts);
    const reached = { bucket, tables, pool };
    const stores = {
      BUCKET: bucket.name,
      RECORDS_TABLE: tables.records.name,
      EXPIRING_TABLE: tables.expiring.name,
      USER_POOL_ID: pool.id,
    };
    const images = new Lambda(this, "images-function", {
      name: `${name}-images`,
      handler: "images.handler",
      archive: archives.images,
      // The largest picture that is accepted takes 600 MB, and a processor comes with every 1,769 MB.
      memoryMb: 2048,
      timeoutSeconds: 25, // the API, which waits for it, has 29
      variables: { BUCKET: bucket.name },
      rights: imagesRights(reached),
      reservedConcurrency: reservedConcurrency ? 10 : undefined,
    });
    const namespace = `Tintype/${name}`;
    const api = new Lambda(this, "api-function", {
      name: `${name}-api`,
      handler: "api.handler",
      archive: archives.api,
      memoryMb: 1024,
      timeoutSeconds: 29, // less than the gateway's 30: work whose client is gone should end
      variables: {
        ...stores,
        SITE_ORIGIN: siteOrigin,
        USER_POOL_CLIENT_ID: pool.clientId,
        SECRETS_PATH: secrets.path,
        IMAGES_FUNCTION: images.liveArn,
        METRICS_NAMESPACE: namespace,
        CONFIRMATION: settings.confirmation,
        ...(providers !== "" && { PROVIDERS: providers }),
        ...(settings.texts && {
          SMS_MONTHLY_USD: String(settings.texts.monthlyUsd),
          SMS_COUNTRIES: settings.texts.countries,
        }),
      },
      rights: apiRights(reached, secrets, images, texts),
    });
    const jobs = new Lambda(this, "jobs-function", {
      name: `${name}-jobs`,
      handler: "jobs.handler",
      archive: archives.api,
      memoryMb: 512,
      timeoutSeconds: 900,
      variables: { ...stores, METRICS_NAMESPACE: namespace },
      rights: jobsRights(reached),
      reservedConcurrency: reservedConcurrency ? 1 : undefined, // runs do not overlap
    });
    http.answerBy(api);
    new Schedule(this, "schedule", {
      name,
      lambda: jobs,
      jobs: { "remove-abandoned": "rate(1 hour)", integrity: "cron(30 3 * * ? *)" },
    });
    new Alarms(this, "alarms", {
      ...{ name, namespace, api, images, jobs, records: tables.records },
      sendsTexts: texts !== undefined,
    });

    new Outputs(this, "outputs", {
      stack: id,
      url: siteOrigin,
      apiUrl: http.endpoint,
      distributionId: edge.distributionId,
      distributionDomain: edge.hostName,
      proofStore: edge.storeArn,
      userPoolId: pool.id,
      userPoolClientId: pool.clientId,
      tables: { records: tables.records.name, expiring: tables.expiring.name },
      bucket: bucket.name,
      siteBucket: site.name,
      functions: { api: api.name, images: images.name, jobs: jobs.name },
      secretsPath: secrets.path,
      region,
      ...(certificate && { certificate: { arn: certificate.arn, record: certificate.record } }),
    });
  }
}
