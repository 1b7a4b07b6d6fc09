import { describe, jest } from "@jest/globals";
import { mysqlAccounts } from "../../../src/adapters/mysql/accounts.ts";
import { mysqlChallenges } from "../../../src/adapters/mysql/challenges.ts";
import { mysqlEndedSessions } from "../../../src/adapters/mysql/ended-sessions.ts";
import { mysqlFactors } from "../../../src/adapters/mysql/factors.ts";
import { mysqlImages } from "../../../src/adapters/mysql/images.ts";
import { mysqlLimits } from "../../../src/adapters/mysql/limits.ts";
import { mysqlMedia } from "../../../src/adapters/mysql/media.ts";
import { mysqlObjectRecords } from "../../../src/adapters/mysql/object-records.ts";
import { mysqlOneTimeCodes } from "../../../src/adapters/mysql/one-time-codes.ts";
import { mysqlPasskeys } from "../../../src/adapters/mysql/passkeys.ts";
import { mysqlPasswordHashes } from "../../../src/adapters/mysql/password-hashes.ts";
import { mysqlProviderIdentities } from "../../../src/adapters/mysql/provider-identities.ts";
import { mysqlProfiles } from "../../../src/adapters/mysql/profiles.ts";
import { mysqlProjects } from "../../../src/adapters/mysql/projects.ts";
import { mysqlSessions } from "../../../src/adapters/mysql/sessions.ts";
import type { EndedSession } from "../../../src/ports/ended-sessions.ts";
import { accountsContract } from "../../contract/accounts.ts";
import { challengesContract } from "../../contract/challenges.ts";
import { endedSessionsContract } from "../../contract/ended-sessions.ts";
import { factorsContract } from "../../contract/factors.ts";
import { imagesContract } from "../../contract/images.ts";
import { limitsContract } from "../../contract/limits.ts";
import { mediaContract } from "../../contract/media.ts";
import { objectRecordsContract } from "../../contract/object-records.ts";
import { oneTimeCodesContract } from "../../contract/one-time-codes.ts";
import { passkeysContract } from "../../contract/passkeys.ts";
import { passwordHashesContract } from "../../contract/password-hashes.ts";
import { providerIdentitiesContract } from "../../contract/provider-identities.ts";
import { profilesContract } from "../../contract/profiles.ts";
import { projectsContract } from "../../contract/projects.ts";
import { sessionsContract } from "../../contract/sessions.ts";
import { waysInContract } from "../../contract/ways-in.ts";
import { createDatabase } from "../../store.ts";
import { openMysql, rawMysql } from "./stores.ts";

describe("MySQL that records ends", () => {
  // The same rotation as below.
  sessionsContract(
    openMysql((pool) => mysqlSessions(pool, { recordedBy: () => new Date() })),
    10,
  );
});

// Races of many rounds, on a busy machine.
jest.setTimeout(240_000);

describe("MySQL", () => {
  accountsContract(openMysql(mysqlAccounts));
  sessionsContract(openMysql(mysqlSessions));
  endedSessionsContract(async () => {
    const { pool, drop } = await createDatabase();
    const raw = {
      count: rawMysql(pool).count,
      async addEnded({ sessionId, endedAt }: EndedSession) {
        await pool.query("INSERT INTO ended_sessions (session_id, ended_at) VALUES (?)", [
          [sessionId, endedAt],
        ]);
      },
      async removeEnded() {
        await pool.query("DELETE FROM ended_sessions");
      },
    };
    return { port: mysqlEndedSessions(pool), raw, close: drop };
  });
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
  profilesContract(openMysql(mysqlProfiles, "migrations-profile"));
  projectsContract(openMysql(mysqlProjects));
  mediaContract(openMysql(mysqlMedia));
  objectRecordsContract(openMysql(mysqlObjectRecords));
});
