import { Construct } from "constructs";
import { Table } from "./table.ts";

export interface TablesProps {
  readonly name: string;
  readonly protection: boolean;
}

/**
 * Two tables, because only one may be restored: an older `records` loses changes, an older `expiring` would bring ended
 * sessions back to life. Which item has which keys: docs/decisions/0030-two-tables.md.
 */
export class Tables extends Construct {
  /** Accounts, the keys of their addresses, images. */
  readonly records: Table;
  /** Sessions, limits, known networks, revoked tokens. */
  readonly expiring: Table;

  constructor(scope: Construct, id: string, { name, protection }: TablesProps) {
    super(scope, id);
    this.records = new Table(this, "records", {
      name: `tintype-${name}-records`,
      protection,
      indexes: [
        // By month: one partition takes 1,000 writes a second.
        { name: "feed", hashKey: "feed", rangeKey: "feedAt" },
        { name: "owner", hashKey: "owner", rangeKey: "feedAt" },
      ],
    });
    this.expiring = new Table(this, "expiring", { name: `tintype-${name}-expiring`, protection });
  }
}
