import { randomUUID } from "node:crypto";
import { describe, jest } from "@jest/globals";
import { dynamodbAccounts } from "../../../src/adapters/dynamodb/accounts.ts";
import { dynamodbChallenges } from "../../../src/adapters/dynamodb/challenges.ts";
import { dynamodbFactors } from "../../../src/adapters/dynamodb/factors.ts";
import { dynamodbImages } from "../../../src/adapters/dynamodb/images.ts";
import { dynamodbLimits } from "../../../src/adapters/dynamodb/limits.ts";
import { dynamodbMedia } from "../../../src/adapters/dynamodb/media.ts";
import { dynamodbObjectRecords } from "../../../src/adapters/dynamodb/object-records.ts";
import { dynamodbPasskeys } from "../../../src/adapters/dynamodb/passkeys.ts";
import { dynamodbPasswordHashes } from "../../../src/adapters/dynamodb/password-hashes.ts";
import { dynamodbProviderIdentities } from "../../../src/adapters/dynamodb/provider-identities.ts";
import { dynamodbProjects } from "../../../src/adapters/dynamodb/projects.ts";
import { dynamodbRevocations } from "../../../src/adapters/dynamodb/revocations.ts";
import { dynamodbSessions } from "../../../src/adapters/dynamodb/sessions.ts";
import { accountsContract } from "../../contract/accounts.ts";
import { challengesContract } from "../../contract/challenges.ts";
import { factorsContract } from "../../contract/factors.ts";
import { imagesContract } from "../../contract/images.ts";
import { limitsContract } from "../../contract/limits.ts";
import { mediaContract } from "../../contract/media.ts";
import { objectRecordsContract } from "../../contract/object-records.ts";
import { passkeysContract } from "../../contract/passkeys.ts";
import { passwordHashesContract } from "../../contract/password-hashes.ts";
import { providerIdentitiesContract } from "../../contract/provider-identities.ts";
import { projectsContract } from "../../contract/projects.ts";
import { revocationsContract } from "../../contract/revocations.ts";
import { sessionsContract } from "../../contract/sessions.ts";
import { waysInContract } from "../../contract/ways-in.ts";
import { openDynamodbPort } from "./stores.ts";

// The emulator takes one call after the other.
jest.setTimeout(600_000);

/** The emulator needs a minute for records of more than a page of 500. */
const pageItems = 30;
/** A transaction of the emulator copies all items. */
const rounds = 5;

describe("DynamoDB", () => {
  accountsContract(openDynamodbPort(dynamodbAccounts));
  sessionsContract(openDynamodbPort(dynamodbSessions));
  factorsContract(
    openDynamodbPort((db) => dynamodbFactors({ db, newId: randomUUID })),
    rounds,
  );
  challengesContract(
    openDynamodbPort((db) => dynamodbChallenges({ db, newId: randomUUID })),
    rounds,
  );
  passkeysContract(
    openDynamodbPort((db) => dynamodbPasskeys({ db, newId: randomUUID })),
    rounds,
  );
  passwordHashesContract(openDynamodbPort((db) => dynamodbPasswordHashes({ db, newId: randomUUID })));
  providerIdentitiesContract(openDynamodbPort(dynamodbProviderIdentities), rounds);
  waysInContract(
    openDynamodbPort((db) => ({
      identities: dynamodbProviderIdentities(db),
      passkeys: dynamodbPasskeys({ db, newId: randomUUID }),
      factors: dynamodbFactors({ db, newId: randomUUID }),
    })),
  );
  limitsContract(openDynamodbPort((db) => dynamodbLimits({ db, newId: randomUUID })));
  imagesContract(openDynamodbPort((db) => dynamodbImages({ db, now: () => new Date() })));
  projectsContract(openDynamodbPort(dynamodbProjects), rounds);
  mediaContract(openDynamodbPort(dynamodbMedia));
  objectRecordsContract(
    openDynamodbPort((db) => dynamodbObjectRecords(db, pageItems)),
    pageItems,
  );
  revocationsContract(openDynamodbPort(dynamodbRevocations));
});
