import type { openPool } from "../adapters/mysql/pool.ts";
import { mysqlEndedSessions } from "../adapters/mysql/ended-sessions.ts";
import type { Redis } from "../adapters/redis/client.ts";
import { redisRevocations } from "../adapters/redis/revocations.ts";
import { publishedEndings } from "../usecases/identity/published-endings.ts";

interface Parts {
  readonly pool: ReturnType<typeof openPool>;
  readonly redis: Redis;
  readonly now: () => Date;
  /** Called when publishing begins to fail. */
  readonly onFault: (error: unknown) => void;
}

const everyMs = 200;

/** Publishes ends of sessions that `mysqlSessions` records, again and again until it is closed. */
export function openPublisher({ pool, redis, now, onFault }: Parts) {
  const endings = publishedEndings({
    endedSessions: mysqlEndedSessions(pool),
    revocations: redisRevocations(redis),
    now,
  });
  let isClosed = false;
  let timer: NodeJS.Timeout;
  let isFailing = false;
  let running = Promise.resolve();

  function repeat(): void {
    running = endings
      .publish()
      .then(
        () => (isFailing = false),
        (error: unknown) => {
          if (!isFailing) onFault(error);
          isFailing = true;
        },
      )
      .then(() => {
        if (!isClosed) timer = setTimeout(repeat, everyMs);
      });
  }
  repeat();

  /** Publishes nothing after it. */
  async function close(): Promise<void> {
    isClosed = true;
    clearTimeout(timer);
    await running;
  }

  return { ...endings, close };
}
