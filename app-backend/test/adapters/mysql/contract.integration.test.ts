import { describe } from "@jest/globals";
import { mysqlAccounts } from "../../../src/adapters/mysql/accounts.ts";
import { mysqlImages } from "../../../src/adapters/mysql/images.ts";
import { mysqlLimits } from "../../../src/adapters/mysql/limits.ts";
import { mysqlObjectRecords } from "../../../src/adapters/mysql/object-records.ts";
import { mysqlOneTimeCodes } from "../../../src/adapters/mysql/one-time-codes.ts";
import { mysqlPasswordHashes } from "../../../src/adapters/mysql/password-hashes.ts";
import { mysqlSessions } from "../../../src/adapters/mysql/sessions.ts";
import { accountsContract } from "../../contract/accounts.ts";
import { imagesContract } from "../../contract/images.ts";
import { limitsContract } from "../../contract/limits.ts";
import { objectRecordsContract } from "../../contract/object-records.ts";
import { oneTimeCodesContract } from "../../contract/one-time-codes.ts";
import { passwordHashesContract } from "../../contract/password-hashes.ts";
import { sessionsContract } from "../../contract/sessions.ts";
import { openMysql } from "./stores.ts";

describe("MySQL", () => {
  accountsContract(openMysql(mysqlAccounts));
  sessionsContract(openMysql(mysqlSessions));
  passwordHashesContract(openMysql(mysqlPasswordHashes));
  oneTimeCodesContract(openMysql(mysqlOneTimeCodes));
  limitsContract(openMysql(mysqlLimits));
  imagesContract(openMysql(mysqlImages));
  objectRecordsContract(openMysql(mysqlObjectRecords));
});
