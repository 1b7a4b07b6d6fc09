import { GetApisCommand, ApiGatewayV2Client } from "@aws-sdk/client-apigatewayv2";
import {
  CognitoIdentityProviderClient,
  ListUserPoolsCommand,
} from "@aws-sdk/client-cognito-identity-provider";
import { DescribeLimitsCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { GetAccountSettingsCommand, LambdaClient } from "@aws-sdk/client-lambda";
import {
  GetAccountCommand,
  GetEmailIdentityCommand,
  NotFoundException,
  SESv2Client,
} from "@aws-sdk/client-sesv2";
import type { Access } from "../clouds/cloud.ts";
import type { Deployment } from "../deployment.ts";
import type { Known } from "../record/known.ts";
import { resourcesIn } from "../terraform/state.ts";
import { inRegion } from "./clients.ts";

/** What an account says of itself. */
export interface AccountFacts {
  readonly region: string;
  /** Services that do not answer in the region. */
  readonly missing: readonly string[];
  /** How many functions may run at once; undefined if that could not be read. */
  readonly concurrency: number | undefined;
  /** Whether this deploy reserves a part of it. */
  readonly reserves: boolean;
  /** Whether SES sends as this address; undefined if no address is set. */
  readonly sender:
    | { readonly address: string; readonly isVerified: boolean; readonly isInSandbox: boolean }
    | undefined;
}

/** Of the functions `images` and `jobs`, as the stack declares it. */
const reserved = 11;
/** AWS lets no account reserve so much that less is left: https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html */
const unreservable = 100;

/** What in an account prevents a deploy or its use, each with what to ask AWS for. */
export function accountFaultsIn(facts: AccountFacts, make: Deployment["make"]): string[] {
  const { region, missing, concurrency, reserves, sender } = facts;
  const faults: string[] = [];
  if (missing.length > 0) faults.push(`${region} has no ${missing.join(", no ")}: choose another REGION.`);
  if (reserves && concurrency !== undefined && concurrency < reserved + unreservable) {
    faults.push(
      `This account runs ${concurrency} functions at once in ${region}, of which none can be reserved. Ask for 1000: ` +
        `Service Quotas, AWS Lambda, "Concurrent executions" (L-B99A9384), or\n` +
        `  aws service-quotas request-service-quota-increase --region ${region} --service-code lambda --quota-code L-B99A9384 --desired-value 1000\n` +
        `Or reserve none: ${make("deploy", { RESERVE: "no" })}`,
    );
  }
  if (sender === undefined) return faults;
  if (!sender.isVerified) {
    faults.push(
      `SES in ${region} has not verified ${sender.address}. To have it verified, by a link in a mail:\n` +
        `  aws sesv2 create-email-identity --region ${region} --email-identity ${sender.address}`,
    );
  }
  if (sender.isInSandbox) {
    faults.push(
      `SES in ${region} is in its sandbox: it sends to verified addresses alone. Ask for production access: Amazon SES, ` +
        "Account dashboard. Until then deploy without MAIL_FROM: Cognito sends 50 mails a day itself.",
    );
  }
  return faults;
}

/** What the account lacks for a first deploy. What was deployed shows that nothing was missing. */
export async function faultsOfAccount(
  deployment: Deployment,
  access: Access,
  known: Known,
): Promise<string[]> {
  const { cloud, region, mailFrom, reservedConcurrency, make } = deployment;
  if (cloud.isDisposable || resourcesIn(known.state) > 0) return [];
  const config = inRegion(access, region);
  const questions = {
    Cognito: () =>
      new CognitoIdentityProviderClient(config).send(new ListUserPoolsCommand({ MaxResults: 1 })),
    "API Gateway": () => new ApiGatewayV2Client(config).send(new GetApisCommand({ MaxResults: "1" })),
    DynamoDB: () => new DynamoDBClient(config).send(new DescribeLimitsCommand({})),
  };
  const answers = Object.entries(questions).map(async ([name, ask]) => ((await isThere(ask)) ? [] : [name]));
  const facts = {
    region,
    missing: (await Promise.all(answers)).flat(),
    concurrency: await concurrencyIn(new LambdaClient(config)),
    reserves: reservedConcurrency === "yes",
    sender: mailFrom === undefined ? undefined : await senderIn(new SESv2Client(config), mailFrom),
  };
  return accountFaultsIn(facts, make);
}

/** A region without a service has no name for it; a refusal is an answer. */
async function isThere(ask: () => Promise<unknown>): Promise<boolean> {
  try {
    await ask();
    return true;
  } catch (error) {
    return (error as { code?: string }).code !== "ENOTFOUND";
  }
}

async function concurrencyIn(client: LambdaClient): Promise<number | undefined> {
  const { AccountLimit } = await client
    .send(new GetAccountSettingsCommand({}))
    .catch(() => ({ AccountLimit: undefined })); // without the right, Terraform reports it
  return AccountLimit?.ConcurrentExecutions;
}

async function senderIn(client: SESv2Client, address: string): Promise<AccountFacts["sender"]> {
  const account = await client.send(new GetAccountCommand({})).catch(() => undefined);
  const verified = async (EmailIdentity: string) => {
    try {
      return (
        (await client.send(new GetEmailIdentityCommand({ EmailIdentity }))).VerifiedForSendingStatus === true
      );
    } catch (error) {
      return !(error instanceof NotFoundException);
    }
  };
  const isVerified = (await verified(address)) || (await verified(address.split("@")[1]!));
  return { address, isVerified, isInSandbox: account?.ProductionAccessEnabled === false };
}
