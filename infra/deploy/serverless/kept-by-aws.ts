import type { ServerlessOutputs } from "./outputs.ts";

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/PointInTimeRecovery_Howitworks.html */
const keptDays = 35;

/** What AWS keeps of a deployment that is removed at that time, and removes itself. */
export function keptByAws({ tables }: Pick<ServerlessOutputs, "tables">, at: Date): string[] {
  const until = new Date(at.getTime() + keptDays * 86_400_000).toISOString().slice(0, 10);
  return [
    `DynamoDB keeps a last backup of ${Object.values(tables).join(" and ")} until ${until}, without charge.`,
  ];
}
