/** A block of Terraform's JSON as it is. */
export type Block = Readonly<Record<string, any>>;

/** What a synthesized `cdk.tf.json` holds, as far as it matters here. */
export interface Synthesized {
  readonly provider?: Readonly<Record<string, Block | readonly Block[]>>;
  readonly resource?: Readonly<Record<string, Readonly<Record<string, Block>>>>;
}

export interface Resource {
  readonly type: string;
  /** As Terraform names it: `aws_instance.frontend-host_instance_07CA3716`. */
  readonly address: string;
  readonly body: Block;
}

export function resourcesOf({ resource = {} }: Synthesized, ...types: readonly string[]): Resource[] {
  return types.flatMap((type) =>
    Object.entries(resource[type] ?? {}).map(([id, body]) => ({ type, address: `${type}.${id}`, body })),
  );
}

export function providersOf({ provider = {} }: Synthesized): Resource[] {
  return Object.entries(provider).flatMap(([name, configured]) =>
    blocks(configured).map((body) => ({ type: "provider", address: `provider.${name}`, body })),
  );
}

/** The resources of a type that refer to another one in an argument. */
export function attachedTo(
  stack: Synthesized,
  type: string,
  argument: string,
  { address }: Resource,
): Block[] {
  return resourcesOf(stack, type)
    .filter(({ body }) => refersTo(body[argument], address))
    .map(({ body }) => body);
}

/** Whether a value is, or holds somewhere, a reference to that resource. */
export function refersTo(value: unknown, address: string): boolean {
  const text = JSON.stringify(value) ?? "";
  return text.includes(`\${${address}.`) || text.includes(`"${address}"`);
}

/** A nested block may be written as one or as several. */
export function blocks(value: unknown): Block[] {
  if (value === undefined || value === null) return [];
  return (Array.isArray(value) ? value : [value]) as Block[];
}

export function strings(value: unknown): string[] {
  return blocks(value).map(String);
}
