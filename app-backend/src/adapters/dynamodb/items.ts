import type { AttributeValue } from "@aws-sdk/client-dynamodb";

export type Item = Record<string, AttributeValue>;

/** Null and undefined are absent attributes; a time is its milliseconds; a list is a set, which is never empty. */
export type Value = string | number | boolean | Date | readonly [string, ...string[]] | null | undefined;

/** The attributes that store these values. */
export function attributesOf(values: Readonly<Record<string, Value>>): Item {
  const item: Item = {};
  for (const [name, value] of Object.entries(values))
    if (value !== null && value !== undefined) item[name] = attributeOf(value);
  return item;
}

function attributeOf(value: NonNullable<Value>): AttributeValue {
  if (typeof value === "string") return { S: value };
  if (typeof value === "boolean") return { BOOL: value };
  if (typeof value === "number") return { N: String(value) };
  return value instanceof Date ? { N: String(value.getTime()) } : { SS: [...value] };
}

/** A text that every release has written. */
export function text(item: Item, name: string): string {
  const value = item[name]?.S;
  if (value === undefined) throw new Error(`item has no text "${name}"`);
  return value;
}

export function textOrNull(item: Item, name: string): string | null {
  return item[name]?.S ?? null;
}

/** A number; 0 if the item has none. */
export function number(item: Item, name: string): number {
  return Number(item[name]?.N ?? 0);
}

/** A time that every release has written. */
export function time(item: Item, name: string): Date {
  const value = timeOrNull(item, name);
  if (value === null) throw new Error(`item has no time "${name}"`);
  return value;
}

export function timeOrNull(item: Item, name: string): Date | null {
  const value = item[name]?.N;
  return value === undefined ? null : new Date(Number(value));
}

export function flag(item: Item, name: string): boolean {
  return item[name]?.BOOL ?? false;
}

/** The texts of a set; none if the item has no such set. */
export function texts(item: Item | undefined, name: string): readonly string[] {
  return item?.[name]?.SS ?? [];
}

/** A set of these texts; null, which is stored as no attribute, if there are none. */
export function setOfTexts(all: readonly string[]): readonly [string, ...string[]] | null {
  const [first, ...rest] = all;
  return first === undefined ? null : [first, ...rest];
}
