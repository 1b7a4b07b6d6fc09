import { once } from "node:events";
import { connect } from "node:net";

/** How a client can be slow: each sends its beginning, then a byte a second of the rest, or nothing. */
const beginnings = {
  "slow headers": "GET / HTTP/1.1\r\nHost: localhost\r\nX-A: ",
  "slow body":
    "POST /api/auth/signin HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 5000\r\n\r\n{",
  idle: "",
} as const;

export type Slowness = keyof typeof beginnings;

/** Opens so many slow clients; gives how many milliseconds each was let stay, at most `patienceMs`. */
export function slowClients(
  kind: Slowness,
  count: number,
  port: number,
  patienceMs: number,
): Promise<number[]> {
  return Promise.all(Array.from({ length: count }, () => stay(kind, port, patienceMs)));
}

async function stay(kind: Slowness, port: number, patienceMs: number): Promise<number> {
  const socket = connect(port, "127.0.0.1");
  socket.on("error", () => undefined).resume();
  await once(socket, "connect");
  const startedAt = performance.now();
  socket.write(beginnings[kind]);
  const drip = setInterval(() => kind !== "idle" && socket.write("x"), 1000);
  const giveUp = setTimeout(() => socket.destroy(), patienceMs);
  await once(socket, "close");
  clearInterval(drip);
  clearTimeout(giveUp);
  return performance.now() - startedAt;
}
