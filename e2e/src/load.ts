import { setTimeout as sleep } from "node:timers/promises";
import { type Answer, ask, type ApiUser, apiUser, type ApiUserProps } from "./api-user.ts";
import { type Statistics, statistics } from "./statistics.ts";

const people = 3;
/** Of each user, before the API's rate limit. */
const mostPictures = 18;
const pictureEveryMs = 4_000;

/** Shares of a hundred requests; an upload is three of them. */
const mix = {
  page: 20,
  asset: 34,
  health: 8,
  ready: 2,
  account: 16,
  list: 12,
  refresh: 3,
  signIn: 1,
  upload: 1,
};
type Kind = keyof typeof mix;

/** Users who use all of a site at a fixed rate of requests a second, whether or not earlier ones were answered. */
export async function siteLoad(origin: string, { sends }: Pick<ApiUserProps, "sends"> = {}) {
  let counted: ReturnType<typeof statistics> | undefined;

  async function asking(...sent: Parameters<typeof ask>): Promise<Answer> {
    const current = counted;
    const startedAt = performance.now();
    const done = (outcome: string | undefined) =>
      current?.note(performance.now() - startedAt, outcome && `${sent[0]} ${sent[1]}: ${outcome}`);
    try {
      const answer = await ask(...sent);
      const { status, headers, text } = answer;
      done(status < 300 ? undefined : `${status} after ${headers["retry-after"]} s ${text.slice(0, 120)}`);
      return answer;
    } catch (error) {
      done(String(error));
      throw error;
    }
  }

  const users = await Promise.all(
    Array.from({ length: people }, () => apiUser(origin, { asking, ...(sends && { sends }) })),
  );
  const assets = assetsOf(await ask("GET", `${origin}/`));
  const acts = actions({ users, assets, origin, asking });
  const order = shuffled();
  const picturesLeft = users.map(() => mostPictures);

  let end = () => {};

  /** Starts the load; `stop` ends it, and resolves to its statistics after the last response. */
  function start(perSecond: number) {
    end(); // what a test that failed has left
    const current = (counted = statistics());
    const underWay = new Set<Promise<void>>();
    let sent = 0;
    const begin = (act: () => Promise<unknown>) => {
      const done: Promise<void> = act().then(
        () => undefined,
        () => undefined, // counted already
      );
      underWay.add(done);
      void done.finally(() => underWay.delete(done));
    };
    const startedAt = performance.now();
    const timer = setInterval(() => {
      // As many as are due by now, so that a late timer catches up.
      for (const due = ((performance.now() - startedAt) / 1000) * perSecond; sent < due; sent += 1)
        begin(acts[order[sent % order.length]!]);
    }, 5);
    const pictures = setInterval(() => {
      const who = picturesLeft.findIndex((left) => left > 0);
      if (who < 0) return;
      picturesLeft[who]! -= 1;
      begin(() => users[who]!.replacePicture(1_500));
    }, pictureEveryMs);

    end = () => [timer, pictures].forEach(clearInterval);

    return {
      statistics: current.result,
      async stop(): Promise<Statistics> {
        end();
        while (underWay.size > 0) await Promise.race([...underWay, sleep(100)]);
        counted = undefined;
        return current.result();
      },
    };
  }
  return { start, users };
}

interface Parts {
  readonly users: readonly ApiUser[];
  readonly assets: readonly string[];
  readonly origin: string;
  readonly asking: typeof ask;
}

function actions({ users, origin, asking, ...parts }: Parts): Record<Kind, () => Promise<unknown>> {
  let { assets } = parts; // of the page that was loaded last
  const busy = new Set<ApiUser>(); // a browser renews its session once at a time
  let turn = 0;
  let renewed = 0;
  const someone = () => users[(turn += 1) % users.length]!;
  const get = (path: string) => asking("GET", `${origin}${path}`);

  async function alone(work: (one: ApiUser) => Promise<unknown>): Promise<void> {
    // Each in turn: a session that is never renewed ends when its account has signed in 50 times elsewhere.
    const from = (renewed += 1);
    const one = users
      .map((_, index) => users[(from + index) % users.length]!)
      .find((candidate) => !busy.has(candidate));
    if (one === undefined) return;
    busy.add(one);
    await work(one).finally(() => busy.delete(one));
  }

  return {
    async page() {
      assets = assetsOf(await get("/"));
    },
    asset: () => get(assets[(turn += 1) % assets.length]!),
    health: () => get("/api/health"),
    ready: () => get("/api/ready"),
    account: () => someone().account(),
    list: () => someone().images(),
    refresh: () => alone((one) => one.refresh()),
    signIn: () => someone().signInElsewhere(),
    async upload() {
      const one = someone();
      await one.remove(await one.upload());
    },
  };
}

function assetsOf({ text }: Answer): string[] {
  return [...text.matchAll(/\/assets\/[^"]+/g)].map(([path]) => path);
}

/** The actions by their shares, spread evenly and the same each time. */
function shuffled(): Kind[] {
  const kinds = Object.entries(mix) as [Kind, number][];
  return kinds
    .flatMap(([kind, share]) =>
      Array.from({ length: share }, (_, index) => ({ kind, at: (index + 0.5) / share })),
    )
    .toSorted((a, b) => a.at - b.at)
    .map(({ kind }) => kind);
}
