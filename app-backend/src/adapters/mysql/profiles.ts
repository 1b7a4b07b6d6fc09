import type { Pool } from "mysql2/promise";
import type { Profiles } from "../../ports/profiles.ts";
import { change, select } from "./pool.ts";

interface Row {
  account_id: string;
  username: string;
  first_name: string;
  last_name: string;
  picture_link: string;
}

const columns = "account_id, username, first_name, last_name, picture_link";

/** In a schema of their own (`migrations-profile`). */
export function mysqlProfiles(pool: Pool): Profiles {
  return {
    async get(accountId) {
      const sql = `SELECT ${columns} FROM profiles WHERE account_id = ?`;
      const [row] = await select<Row>(pool, sql, [accountId]);
      return (
        row && {
          accountId: row.account_id,
          username: row.username,
          firstName: row.first_name,
          lastName: row.last_name,
          pictureLink: row.picture_link,
        }
      );
    },

    async replace({ accountId, username, firstName, lastName, pictureLink }) {
      const sql = `INSERT INTO profiles (${columns}) VALUES (?, ?, ?, ?, ?)
        ON DUPLICATE KEY UPDATE username = VALUES(username), first_name = VALUES(first_name),
          last_name = VALUES(last_name), picture_link = VALUES(picture_link)`;
      await change(pool, sql, [accountId, username, firstName, lastName, pictureLink]);
    },
  };
}
