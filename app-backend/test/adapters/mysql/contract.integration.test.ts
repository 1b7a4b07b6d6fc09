import { describe } from "@jest/globals";
import { mysqlAccounts } from "../../../src/adapters/mysql/accounts.ts";
import { mysqlChallenges } from "../../../src/adapters/mysql/challenges.ts";
import { mysqlFactors } from "../../../src/adapters/mysql/factors.ts";
import { mysqlImages } from "../../../src/adapters/mysql/images.ts";
import { mysqlLimits } from "../../../src/adapters/mysql/limits.ts";
import { mysqlMedia } from "../../../src/adapters/mysql/media.ts";
import { mysqlObjectRecords } from "../../../src/adapters/mysql/object-records.ts";
import { mysqlOneTimeCodes } from "../../../src/adapters/mysql/one-time-codes.ts";
import { mysqlPasskeys } from "../../../src/adapters/mysql/passkeys.ts";
import { mysqlPasswordHashes } from "../../../src/adapters/mysql/password-hashes.ts";
import { mysqlProviderIdentities } from "../../../src/adapters/mysql/provider-identities.ts";
import { mysqlProjects } from "../../../src/adapters/mysql/projects.ts";
import { mysqlSessions } from "../../../src/adapters/mysql/sessions.ts";
import { accountsContract } from "../../contract/accounts.ts";
import { challengesContract } from "../../contract/challenges.ts";
import { factorsContract } from "../../contract/factors.ts";
import { imagesContract } from "../../contract/images.ts";
import { limitsContract } from "../../contract/limits.ts";
import { mediaContract } from "../../contract/media.ts";
import { objectRecordsContract } from "../../contract/object-records.ts";
import { oneTimeCodesContract } from "../../contract/one-time-codes.ts";
import { passkeysContract } from "../../contract/passkeys.ts";
import { passwordHashesContract } from "../../contract/password-hashes.ts";
import { providerIdentitiesContract } from "../../contract/provider-identities.ts";
import { projectsContract } from "../../contract/projects.ts";
import { sessionsContract } from "../../contract/sessions.ts";
import { waysInContract } from "../../contract/ways-in.ts";
import { openMysql } from "./stores.ts";

describe("MySQL", () => {
  accountsContract(openMysql(mysqlAccounts));
  sessionsContract(openMysql(mysqlSessions));
  factorsContract(openMysql(mysqlFactors));
  challengesContract(openMysql(mysqlChallenges));
  passkeysContract(openMysql(mysqlPasskeys));
  passwordHashesContract(openMysql(mysqlPasswordHashes));
  providerIdentitiesContract(openMysql(mysqlProviderIdentities));
  waysInContract(
    openMysql((pool) => ({
      identities: mysqlProviderIdentities(pool),
      passkeys: mysqlPasskeys(pool),
      factors: mysqlFactors(pool),
    })),
  );
  oneTimeCodesContract(openMysql(mysqlOneTimeCodes));
  limitsContract(openMysql(mysqlLimits));
  imagesContract(openMysql(mysqlImages));
  projectsContract(openMysql(mysqlProjects));
  mediaContract(openMysql(mysqlMedia));
  objectRecordsContract(openMysql(mysqlObjectRecords));
});
