import {
  DynamodbTable,
  type DynamodbTableGlobalSecondaryIndex,
} from "@cdktf/provider-aws/lib/dynamodb-table/index.js";
import { Construct } from "constructs";

export interface Index {
  readonly name: string;
  readonly hashKey: string;
  readonly rangeKey: string;
}

export interface TableProps {
  readonly name: string;
  /** Whether AWS refuses to delete it. */
  readonly protection: boolean;
  /** @default - none */
  readonly indexes?: readonly Index[];
}

/**
 * A table with the keys `pk` and `sk`, paid by the request. DynamoDB removes an item some time after its `expiresAt`, in
 * seconds: every condition compares times itself.
 */
export class Table extends Construct {
  private readonly table: DynamodbTable;

  constructor(scope: Construct, id: string, { name, protection, indexes = [] }: TableProps) {
    super(scope, id);
    const keys = new Set(["pk", "sk", ...indexes.flatMap(({ hashKey, rangeKey }) => [hashKey, rangeKey])]);
    this.table = new DynamodbTable(this, "table", {
      name,
      billingMode: "PAY_PER_REQUEST",
      hashKey: "pk",
      rangeKey: "sk",
      attribute: [...keys].map((key) => ({ name: key, type: "S" })),
      globalSecondaryIndex: indexes.map((index): DynamodbTableGlobalSecondaryIndex => ({
        ...index,
        projectionType: "ALL",
      })),
      ttl: { attributeName: "expiresAt", enabled: true },
      pointInTimeRecovery: { enabled: true },
      serverSideEncryption: { enabled: true },
      deletionProtectionEnabled: protection,
    });
  }

  get name(): string {
    return this.table.name;
  }

  get arn(): string {
    return this.table.arn;
  }

  get indexArns(): string {
    return `${this.table.arn}/index/*`;
  }
}
