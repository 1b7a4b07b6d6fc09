/** An element of the documents that CloudFront's API takes: no attributes, no mixed content. */
export interface XmlElement {
  readonly name: string;
  readonly text: string;
  readonly children: readonly XmlElement[];
}

/** Reads one document; an Error if its elements do not close. */
export function parseXml(xml: string): XmlElement {
  const root: { name: string; text: string; children: XmlElement[] } = { name: "", text: "", children: [] };
  const open = [root];
  for (const [, declared, closed, name = "", empty, text] of xml.matchAll(
    /<(\?[^>]*)>|<\/([^>]+)>|<([\w:]+)[^>]*?(\/?)>|([^<]+)/g,
  )) {
    if (declared !== undefined) continue;
    if (text !== undefined) open.at(-1)!.text += unescaped(text);
    else if (closed !== undefined) {
      if (open.pop()?.name !== closed) throw new Error(`<${closed}> does not close`);
    } else {
      const element = { name, text: "", children: [] };
      open.at(-1)!.children.push(element);
      if (empty !== "/") open.push(element);
    }
  }
  if (open.length !== 1 || root.children.length !== 1) throw new Error("No XML document");
  return root.children[0]!;
}

/** The element at a path of names below another one. */
export function at(element: XmlElement | undefined, ...path: readonly string[]): XmlElement | undefined {
  return path.reduce((from, name) => from?.children.find((child) => child.name === name), element);
}

export const textAt = (element: XmlElement | undefined, ...path: readonly string[]) =>
  at(element, ...path)?.text;

/** The entries of a list, which CloudFront writes as `Items`. */
export const itemsOf = (element: XmlElement | undefined) => at(element, "Items")?.children ?? [];

const entities: Record<string, string> = { lt: "<", gt: ">", amp: "&", quot: '"', apos: "'" };

const unescaped = (text: string) =>
  text.replaceAll(/&(?:#(\d+)|#x([\da-f]+)|(\w+));/gi, (_, decimal, hex, name) =>
    name === undefined
      ? String.fromCodePoint(decimal ? Number(decimal) : Number.parseInt(hex, 16))
      : (entities[name] ?? ""),
  );
