import type { Item } from "../../../src/adapters/dynamodb/items.ts";
import type { Requested } from "./request-counter.ts";

/**
 * Capacity units of a request, as AWS counts them: aws.amazon.com/dynamodb/pricing/on-demand. The emulator reports
 * others. Items are taken for smaller than 1 KB where a request does not show them.
 */
export function unitsOf({ operation, input, output }: Requested): number {
  if (operation === "GetItem") return Math.max(1, Math.ceil(sizeOf(output?.["Item"] as Item) / 4096));
  if (operation === "Query") {
    const bytes = ((output?.["Items"] ?? []) as Item[]).reduce((sum, item) => sum + sizeOf(item), 0);
    return Math.max(1, Math.ceil(bytes / 4096)) * (input["IndexName"] === undefined ? 1 : 0.5);
  }
  if (operation !== "TransactWriteItems") return written(input) + indexed(operation, input);
  const parts = (input["TransactItems"] as Record<string, Record<string, unknown>>[]).flatMap(Object.entries);
  return parts.reduce((sum, [kind, part]) => sum + 2 * written(part) + indexed(`${kind}Item`, part), 0);
}

function written(input: Record<string, unknown>): number {
  return Math.max(1, Math.ceil(sizeOf(input["Item"] as Item) / 1024));
}

/** Of indexes: one for each that lists a new item, two for each in which an item gets another place. */
function indexed(operation: string, input: Record<string, unknown>): number {
  const item = (input["Item"] ?? input["Key"]) as Item;
  const change = String(input["UpdateExpression"]);
  const places = ["feed", "owner"].filter((name) => name in item || new RegExp(`#${name}\\b`).test(change));
  if (operation === "PutItem") return places.length;
  // Media that stays where it is, with other attributes.
  if (places.length === 0) return Number(item["sk"]?.S?.startsWith("media#") ?? false);
  return 2 * places.length;
}

/** Names and values, by docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html; numbers take half. */
export function sizeOf(item: Item = {}): number {
  const texts = Object.entries(item).flatMap(([name, value]) => [name, String(Object.values(value)[0])]);
  return Buffer.byteLength(texts.join(""));
}
