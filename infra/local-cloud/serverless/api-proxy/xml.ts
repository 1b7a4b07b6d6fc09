export interface Element {
  readonly name: string;
  /** Everything between its tags. */
  readonly inner: string;
}

const tag = /<(\/?)([A-Za-z][\w.-]*)(?:\s[^<>]*?)?(\/?)>/g;

/** The elements at the top of some XML, in their order. */
export function elements(xml: string): Element[] {
  const found: Element[] = [];
  let depth = 0;
  let innerAt = 0;
  for (const match of xml.matchAll(tag)) {
    const [whole, closes, name = "", isEmpty] = match;
    if (isEmpty) {
      if (depth === 0) found.push({ name, inner: "" });
      continue;
    }
    if (!closes && depth++ === 0) innerAt = match.index + whole.length;
    if (closes && --depth === 0) found.push({ name, inner: xml.slice(innerAt, match.index) });
  }
  return found;
}

/** What is inside the first element of a path, such as `child(xml, "Items", "Tag")`; undefined if there is none. */
export function child(xml: string, ...path: readonly string[]): string | undefined {
  return path.reduce<string | undefined>(
    (inside, name) =>
      inside === undefined ? undefined : elements(inside).find((element) => element.name === name)?.inner,
    xml,
  );
}

/** The texts of all elements of a name, at whatever depth, in which there is only text. */
export function texts(xml: string, name: string): string[] {
  return [...xml.matchAll(new RegExp(`<${name}>([^<]*)</${name}>`, "g"))].map(([, text = ""]) => text);
}
