import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

type Answer = (response: ServerResponse) => void;

export const asJson =
  (value: unknown): Answer =>
  (response) =>
    void response.setHeader("content-type", "application/json").end(JSON.stringify(value));

/** A server of keys, whose answer a test changes. */
export async function keySource(first: Answer) {
  let answer = first;
  let count = 0;
  const server = createServer((_request, response) => {
    count += 1;
    answer(response);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    count: () => count,
    answers: (next: Answer) => void (answer = next),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
