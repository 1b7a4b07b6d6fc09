import { FakeNode } from "./node.ts";

export class FakeDocument extends FakeNode {
  readonly documentElement: FakeNode;
  readonly body: FakeNode;
  activeElement: FakeNode;
  readonly defaultView = globalThis;
  title = "";
  /** Says that inputs tell what is typed: without it React takes this for an old browser. */
  readonly oninput = null;

  constructor() {
    super(undefined as never, "#document", 9);
    this.documentElement = this.appendChild(new FakeNode(this, "HTML"));
    this.body = this.documentElement.appendChild(new FakeNode(this, "BODY"));
    this.activeElement = this.body;
  }
  createElement(name: string) {
    return new FakeNode(this, name.toUpperCase());
  }
  createTextNode(text: string) {
    const node = new FakeNode(this, "#text", 3);
    node.nodeValue = text;
    return node;
  }
  getElementById(id: string) {
    return [...this.all()].find((node) => node.attributes.get("id") === id) ?? null;
  }
}
