const rounds = 100;

/** How many win in each round. */
export async function winnersOfRounds(race: () => Promise<number>, times = rounds): Promise<number[]> {
  const winners: number[] = [];
  while (winners.length < times) winners.push(await race());
  return winners;
}

/** Whether one of the rounds is not won by exactly one; no round follows it. */
export async function isBroken(race: () => Promise<number>, times = rounds): Promise<boolean> {
  for (let round = 0; round < times; round += 1) if ((await race()) !== 1) return true;
  return false;
}
