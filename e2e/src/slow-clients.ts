import { once } from "node:events";
import { connect } from "node:net";

const asset = "GET /ASSET HTTP/1.1\r\nHost: localhost\r\n\r\n";

/** How a client can be slow: each sends its beginning, then a byte a second of the rest, or nothing. */
const beginnings = {
  "slow headers": "GET / HTTP/1.1\r\nHost: localhost\r\nX-A: ",
  "slow body":
    "POST /api/auth/signin HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 5000\r\n\r\n{",
  /** Requests more than socket buffers hold, and reads none of it. */
  "slow read": asset.repeat(100),
  idle: "",
} as const;

export type Slowness = keyof typeof beginnings;

interface Attack {
  readonly kind: Slowness;
  readonly count: number;
  readonly address: string;
  /** Path of a large file of the site. */
  readonly path: string;
  readonly patienceMs: number;
}

/** Opens slow clients. Returns how many milliseconds each stayed connected, at most `patienceMs`. */
export function slowClients({ count, ...attack }: Attack): Promise<number[]> {
  return Promise.all(Array.from({ length: count }, () => stay(attack)));
}

async function stay({ kind, address, path, patienceMs }: Omit<Attack, "count">): Promise<number> {
  const socket = connect(80, address);
  socket.on("error", () => undefined);
  if (kind !== "slow read") socket.resume();
  await once(socket, "connect");
  const startedAt = performance.now();
  socket.write(beginnings[kind].replaceAll("/ASSET", path));
  const drip = setInterval(() => kind !== "idle" && socket.write("x"), 1000);
  const giveUp = setTimeout(() => socket.destroy(), patienceMs);
  await new Promise((resolve) => socket.once("close", resolve)); // `once` would fail with a reset
  clearInterval(drip);
  clearTimeout(giveUp);
  return performance.now() - startedAt;
}
