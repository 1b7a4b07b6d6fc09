import { setTimeout as sleep } from "node:timers/promises";
import { type Client, type Place, placeAfter, requestOf } from "../load/client.ts";
import { connect, type Connection } from "../load/connection.ts";
import type { Order, Report } from "../load/load.ts";

// A process of its own: on a machine of two cores it takes the one that the server under test leaves.
let port: number;
let clients: Client[];
let places: Place[];
let count = 0;

process.on("message", async (order: Order) => {
  if ("clients" in order) {
    ({ port, clients } = order);
    places = clients.map(({ cookie, etag }) => ({ cookie, etag }));
    return;
  }
  process.send!(await run(order.forMs).catch((error: Error): Report => ({ failure: error.message })));
});

async function run(forMs: number): Promise<Report> {
  const connections = await Promise.all(clients.map(() => connect(port)));
  const latenciesMs: number[] = [];
  const startedAt = performance.now();
  try {
    const until = startedAt + forMs;
    await Promise.all(connections.map((connection, place) => repeat(connection, place, until, latenciesMs)));
  } finally {
    for (const connection of connections) connection.close();
  }
  return { wallMs: performance.now() - startedAt, latenciesMs };
}

async function repeat(connection: Connection, place: number, until: number, latenciesMs: number[]) {
  const client = clients[place]!;
  const { everyMs } = client;
  let request = requestOf(client, places[place]!, count);
  let due = performance.now() + (everyMs ?? 0) * (place / clients.length);
  while (due < until) {
    if (due > performance.now()) await sleep(due - performance.now());
    const answer = await connection.exchange(request);
    const { status } = answer;
    if (status < 200 || status > 299)
      throw new Error(`${client.method} ${client.path} was answered ${status}`);
    const now = performance.now();
    // From when it was due: a request that had to wait for a slow one before it has waited too.
    latenciesMs.push(now - due);
    due = everyMs === undefined ? now : due + everyMs;
    if (client.cookie === undefined && client.etag === undefined && !client.follows) continue;
    places[place] = placeAfter(client, places[place]!, answer);
    request = requestOf(client, places[place]!, (count += 1));
  }
}
