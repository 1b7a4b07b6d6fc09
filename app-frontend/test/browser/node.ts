import type { FakeDocument } from "./document.ts";

type Reaction = (event: object) => void;

/** An element of a document, as far as React asks for one: tree, attributes, focus, and whom an event reaches. */
export class FakeNode {
  parentNode: FakeNode | null = null;
  readonly childNodes: FakeNode[] = [];
  readonly attributes = new Map<string, string>();
  readonly style = {};
  readonly namespaceURI = "http://www.w3.org/1999/xhtml";
  private readonly reactions = new Map<string, Set<Reaction>>();
  nodeValue = "";
  value = "";

  constructor(
    readonly ownerDocument: FakeDocument,
    readonly nodeName: string,
    readonly nodeType = 1,
  ) {}

  get tagName() {
    return this.nodeName;
  }
  get firstChild() {
    return this.childNodes[0] ?? null;
  }
  get lastChild() {
    return this.childNodes.at(-1) ?? null;
  }
  get nextSibling(): FakeNode | null {
    const all = this.parentNode?.childNodes ?? [];
    return all[all.indexOf(this) + 1] ?? null;
  }
  get textContent(): string {
    return this.nodeType === 3 ? this.nodeValue : this.childNodes.map((child) => child.textContent).join("");
  }
  set textContent(text: string) {
    for (const child of [...this.childNodes]) this.removeChild(child);
    if (text) this.appendChild(this.ownerDocument.createTextNode(text));
  }

  appendChild(child: FakeNode) {
    return this.insertBefore(child, null);
  }
  insertBefore(child: FakeNode, next: FakeNode | null) {
    child.parentNode?.removeChild(child);
    const at = next ? this.childNodes.indexOf(next) : this.childNodes.length;
    this.childNodes.splice(at, 0, child);
    child.parentNode = this;
    return child;
  }
  /** As in a browser, the focus falls to the body with the element that had it. */
  removeChild(child: FakeNode) {
    this.childNodes.splice(this.childNodes.indexOf(child), 1);
    child.parentNode = null;
    if (child.contains(this.ownerDocument.activeElement))
      this.ownerDocument.activeElement = this.ownerDocument.body;
    return child;
  }
  contains(other: FakeNode | null): boolean {
    return other === this || (other !== null && this.contains(other.parentNode!));
  }

  setAttribute(name: string, value: string) {
    this.attributes.set(name, String(value));
  }
  removeAttribute(name: string) {
    this.attributes.delete(name);
  }
  addEventListener(type: string, reaction: Reaction) {
    this.reactions.set(type, (this.reactions.get(type) ?? new Set()).add(reaction));
  }
  removeEventListener(type: string, reaction: Reaction) {
    this.reactions.get(type)?.delete(reaction);
  }
  /** Tells this element and those around it. */
  fire(type: string) {
    const event = { type, target: this, button: 0, bubbles: true, timeStamp: 1, preventDefault() {} };
    for (const node of this.upwards()) for (const react of node.reactions.get(type) ?? []) react(event);
  }
  focus() {
    const { activeElement } = this.ownerDocument;
    if (activeElement === this) return;
    activeElement.fire("focusout");
    this.ownerDocument.activeElement = this;
    this.fire("focusin");
  }

  /** This element and all around it. */
  *upwards(): Generator<FakeNode> {
    yield this;
    if (this.parentNode) yield* this.parentNode.upwards();
  }

  /** This element and all inside it. */
  *all(): Generator<FakeNode> {
    yield this;
    for (const child of this.childNodes) yield* child.all();
  }
  /** By one of several of `tag`, `.class` and `[name=value]`, or by two, one inside the other. */
  querySelector(selectors: string): FakeNode | null {
    const ways = selectors.split(", ").map((way) => way.split(" "));
    const isAt = (node: FakeNode, [inner = "", outer]: string[]) =>
      node.matches(inner) && (!outer || [...node.upwards()].some((other) => other.matches(outer)));
    return [...this.all()].find((node) => ways.some((way) => isAt(node, way.toReversed()))) ?? null;
  }

  private matches(selector: string): boolean {
    if (selector.startsWith("."))
      return this.attributes.get("class")?.split(" ").includes(selector.slice(1)) ?? false;
    const [, name = "", value] = /^\[([\w-]+)=(.*)\]$/.exec(selector) ?? [];
    return name ? this.attributes.get(name) === value : this.nodeName === selector.toUpperCase();
  }

  showModal() {}
  close() {}
}
