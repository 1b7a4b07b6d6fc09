import * as driver from "mysql2/promise";

export * from "mysql2/promise";

/** A pool that asks the database each question once, and from then on answers from memory. For reading only. */
export function createPool(options: driver.PoolOptions): driver.Pool {
  const pool = driver.createPool(options);
  const answers = new Map<string, unknown>();
  const connection = pool.getConnection().then((held) => replaying(held, answers, { release: () => {} }));
  return replaying(pool, answers, { getConnection: () => connection });
}

/** The pool or connection with other members in place of some of its own. */
function replaying<Target extends driver.Pool | driver.PoolConnection>(
  target: Target,
  answers: Map<string, unknown>,
  others: Readonly<Record<string, unknown>>,
): Target {
  async function ask(statement: string, values: unknown[] = []): Promise<unknown> {
    // Times differ from request to request; they are no part of the question.
    const key = JSON.stringify([statement, values.filter((value) => !(value instanceof Date))]);
    if (!answers.has(key)) answers.set(key, await target.execute(statement, values as string[]));
    return answers.get(key);
  }

  const members: Readonly<Record<string | symbol, unknown>> = { ...others, execute: ask, query: ask };
  return new Proxy(target, {
    get(_, name) {
      if (name in members) return members[name];
      const member: unknown = Reflect.get(target, name);
      return typeof member === "function" ? member.bind(target) : member;
    },
  });
}
