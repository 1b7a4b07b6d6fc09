import { once } from "node:events";
import { setImmediate } from "node:timers/promises";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/**
 * A way to a server that can be shut: then what is under way hangs, and what comes gets no answer. It can also lead to
 * another port, or where nobody listens.
 */
export async function tcpGate(port: number) {
  let to = port;
  const sockets = new Set<Socket>();
  let open = true;
  let bytesBack = 0;
  const server = createServer({ pauseOnConnect: true }, (near) => {
    const far = connect(to, "127.0.0.1");
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on("error", () => undefined).on("close", () => sockets.delete(socket));
    }
    far.on("data", ({ length }) => (bytesBack += length));
    near.pipe(far);
    far.pipe(near);
    near.on("close", () => far.destroy());
    far.on("close", () => near.destroy());
    if (!open) for (const socket of [near, far]) socket.pause();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");

  return {
    port: (server.address() as AddressInfo).port,
    shut() {
      open = false;
      for (const socket of sockets) socket.pause();
    },
    reopen() {
      open = true;
      for (const socket of sockets) socket.resume();
    },
    /** Cuts what is under way; what comes goes to that port, by default to the first. */
    leadTo(other = port) {
      to = other;
      for (const socket of sockets) socket.destroy();
    },
    /** How many bytes have come back from the server. */
    bytesBack: () => bytesBack,
    /** Resolves when so many bytes more have come back from the server. */
    async passed(bytes: number) {
      for (const goal = bytesBack + bytes; bytesBack < goal;) await setImmediate();
    },
    close() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}
