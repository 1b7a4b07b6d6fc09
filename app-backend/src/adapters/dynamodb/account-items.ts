import pLimit from "p-limit";
import { partitionOf } from "./keys.ts";
import type { Dynamodb } from "./requests.ts";

const atOnce = 25;

/** The items of an account whose sort keys begin so, a page at a time. Not by an index: none is missing. */
export function itemsOf(db: Dynamodb, accountId: string, beginning?: string) {
  const where = `#pk = :pk${beginning === undefined ? "" : " AND begins_with(#sk, :sk)"}`;
  return db.query({ table: "records", where, values: { pk: partitionOf(accountId), sk: beginning } });
}

export async function removeItemsOf(db: Dynamodb, accountId: string, beginning: string): Promise<void> {
  for await (const page of itemsOf(db, accountId, beginning))
    await pLimit(atOnce).map(page, ({ pk, sk }) =>
      db.write({ delete: { table: "records", pk: pk!.S!, sk: sk!.S! } }),
    );
}
