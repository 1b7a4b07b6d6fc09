import { describe } from "@jest/globals";
import { accountsContract } from "../../contract/accounts.ts";
import { codesContract } from "../../contract/one-time-codes.ts";
import { imagesContract } from "../../contract/images.ts";
import { limitsContract } from "../../contract/limits.ts";
import { sessionsContract } from "../../contract/sessions.ts";
import { openMysqlStores } from "./stores.ts";

describe("MySQL", () => {
  for (const contract of [accountsContract, sessionsContract, codesContract, limitsContract, imagesContract])
    contract(openMysqlStores);
});
