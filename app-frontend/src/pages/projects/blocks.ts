import type { Block } from "../../api/project-types.ts";
import { type Stamp, clockText, isPlace } from "./stamps.ts";

type Child = { readonly [name: string]: unknown };

/** A stamp as it is stored. Another client may have written anything as its value. */
export type StoredStamp = { label: string; value: unknown };

const listMarks: Record<string, (index: number) => string> = {
  "bulleted-list": () => "• ",
  "numbered-list": (index) => `${index + 1}. `,
};

export function blockOf(text: string, stamp?: Stamp): Block {
  const block = { type: "paragraph", children: [{ text }] };
  return stamp ? withStamp(block, stamp) : block;
}

/** Whether the editor can change a block: a paragraph of texts and stamps. Others are shown and kept as they came. */
export function isEditable(block: Block): boolean {
  const { type, children = [] } = block;
  const known = childrenOf(block);
  const isWhole = Array.isArray(children) && children.length === known.length;
  return type === "paragraph" && isWhole && known.every((child) => isText(child) || isStamp(child));
}

/** The text of any block. Blocks within it are lines. */
export function textOf(block: Block): string {
  const children = childrenOf(block);
  const mark = listMarks[String(block["type"])];
  const isInline = children.every((child) => isText(child) || isStamp(child));
  if (isInline) return children.map((child) => (isText(child) ? child["text"] : "")).join("");
  return children
    .map((child, at) => (mark?.(at) ?? "") + (isText(child) ? child["text"] : textOf(child)))
    .join("\n");
}

export function stampsOf(block: Block): StoredStamp[] {
  return childrenOf(block)
    .filter(isStamp)
    .map(({ label, value }) => ({ label: labelOf(label, value), value }));
}

/** The block with other text. Only the texts that differ change, so that marks of the others stay. */
export function withText(block: Block, text: string): Block {
  const before = textOf(block);
  const [start, end] = difference(before, text);
  const inserted = text.slice(start, text.length - (before.length - end));
  const children = childrenOf(block);
  const starts = startsOf(children);
  const target = children.findLastIndex((child, at) => isText(child) && starts[at]! <= start);
  if (target < 0) return { ...block, children: [...children, { text: inserted }] };
  return {
    ...block,
    children: children.map((child, at) => {
      if (!isText(child)) return child;
      const own = child["text"];
      const from = clamp(start - starts[at]!, own.length);
      const to = clamp(end - starts[at]!, own.length);
      const changed = own.slice(0, from) + (at === target ? inserted : "") + own.slice(to);
      return changed === own ? child : { ...child, text: changed };
    }),
  };
}

/** The block with a stamp before its text. */
export function withStamp(block: Block, { label, value }: Stamp): Block {
  const stamp = { type: "stamp", label, value, children: [{ text: "" }] };
  return { ...block, children: [{ text: "" }, stamp, ...childrenOf(block)] };
}

/** The block without its stamp of that index. */
export function withoutStamp(block: Block, index: number): Block {
  const stamp = childrenOf(block).filter(isStamp)[index];
  return { ...block, children: childrenOf(block).filter((child) => child !== stamp) };
}

/** Both parts of a block. Stamps at the place stay in the first one. */
export function split(block: Block, place: number): [Block, Block] {
  const [first, second]: [Child[], Child[]] = [[], []];
  const children = childrenOf(block);
  const starts = startsOf(children);
  for (const [at, child] of children.entries()) {
    if (!isText(child)) {
      (starts[at]! <= place ? first : second).push(child);
      continue;
    }
    const own = child["text"];
    const cut = clamp(place - starts[at]!, own.length);
    if (cut > 0 || starts[at]! < place || own === "") first.push({ ...child, text: own.slice(0, cut) });
    if (cut < own.length) second.push({ ...child, text: own.slice(cut) });
  }
  return [
    { ...block, children: first.length > 0 ? first : [{ text: "" }] },
    { ...block, children: second.length > 0 ? second : [{ text: "" }] },
  ];
}

export function join(block: Block, next: Block): Block {
  return { ...block, children: [...childrenOf(block), ...childrenOf(next)] };
}

function childrenOf(block: Block): readonly Child[] {
  const children = block["children"];
  return Array.isArray(children)
    ? children.filter((child) => typeof child === "object" && child !== null)
    : [];
}

function isText(child: Child): child is { text: string } {
  return typeof child["text"] === "string";
}

function isStamp(child: Child): boolean {
  return child["type"] === "stamp";
}

function labelOf(label: unknown, value: unknown): string {
  if (typeof label === "string" && label) return label;
  return isPlace(value) ? clockText(value) : "?";
}

/** Where the text of each child begins. */
function startsOf(children: readonly Child[]): number[] {
  let length = 0;
  return children.map((child) => {
    const start = length;
    if (isText(child)) length += child.text.length;
    return start;
  });
}

/** The part of `before` that another text replaces. It begins and ends with whole characters. */
function difference(before: string, after: string): [start: number, end: number] {
  const most = Math.min(before.length, after.length);
  let start = 0;
  while (start < most && before[start] === after[start]) start += 1;
  if (start > 0 && isHighSurrogate(before, start - 1)) start -= 1;
  let kept = 0;
  while (kept < most - start && before.at(-1 - kept) === after.at(-1 - kept)) kept += 1;
  if (kept > 0 && isHighSurrogate(before, before.length - kept - 1)) kept -= 1;
  return [start, before.length - kept];
}

function isHighSurrogate(text: string, at: number): boolean {
  return (text.charCodeAt(at) & 0xfc00) === 0xd800;
}

function clamp(place: number, length: number): number {
  return Math.min(Math.max(place, 0), length);
}
