/** One thing that is measured beside others; a call is one slice of it. */
export type Contenders<Name extends string, Measured> = Readonly<Record<Name, () => Promise<Measured>>>;

/**
 * Slices of all contenders in turn, round after round, so that a slow minute of the machine hits each of them.
 * The first one moves on by one each round, so that none always runs behind the same neighbour.
 */
export async function rounds<Name extends string, Measured>(
  contenders: Contenders<Name, Measured>,
  count: number,
): Promise<Record<Name, Measured[]>> {
  const names = Object.keys(contenders) as Name[];
  const measured = Object.fromEntries(names.map((name) => [name, []])) as unknown as Record<Name, Measured[]>;
  for (let round = 0; round < count; round++) {
    for (const name of turned(names, round)) measured[name].push(await contenders[name]());
  }
  return measured;
}

function turned<Item>(items: readonly Item[], by: number): Item[] {
  const from = by % items.length;
  return [...items.slice(from), ...items.slice(0, from)];
}
