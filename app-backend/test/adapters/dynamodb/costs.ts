import type { Item } from "../../../src/adapters/dynamodb/items.ts";
import type { Requested } from "./request-counter.ts";

/**
 * Capacity units of a request, as AWS counts them: aws.amazon.com/dynamodb/pricing/on-demand. The emulator reports
 * others. Items are taken for smaller than 1 KB where a request does not show them, and each change of an image or of an
 * address for one of both, or of one, of the indexes; a publication moves an image in both.
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

function indexed(operation: string, input: Record<string, unknown>): number {
  const { pk } = (input["Item"] ?? input["Key"]) as Item;
  const indexes = pk?.S?.startsWith("image#") ? 2 : Number(pk?.S?.startsWith("email#") ?? false);
  return operation === "UpdateItem" ? 2 * indexes : indexes;
}

function sizeOf(item: Item | undefined): number {
  return item === undefined ? 0 : Buffer.byteLength(JSON.stringify(item));
}
