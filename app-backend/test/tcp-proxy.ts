import { once } from "node:events";
import { setImmediate } from "node:timers/promises";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/**
 * A proxy to a server that can be paused: then open connections hang, and new ones get no reply. It can also be
 * redirected to another port, or to one without a listener. `onSent` gets what clients send.
 */
export async function tcpProxy(port: number, onSent?: (bytes: Buffer) => void) {
  let to = port;
  const sockets = new Set<Socket>();
  let open = true;
  let bytesReturned = 0;
  const server = createServer({ pauseOnConnect: true }, (near) => {
    const far = connect(to, "127.0.0.1");
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on("error", () => undefined).on("close", () => sockets.delete(socket));
    }
    far.on("data", ({ length }) => (bytesReturned += length));
    if (onSent) near.on("data", onSent);
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
    pause() {
      open = false;
      for (const socket of sockets) socket.pause();
    },
    resume() {
      open = true;
      for (const socket of sockets) socket.resume();
    },
    /** Cuts open connections; new ones go to that port, by default to the first. */
    redirect(other = port) {
      to = other;
      for (const socket of sockets) socket.destroy();
    },
    /** How many bytes the server has returned. */
    bytesReturned: () => bytesReturned,
    /** Resolves when the server has returned that many more bytes. */
    async returned(bytes: number) {
      for (const goal = bytesReturned + bytes; bytesReturned < goal;) await setImmediate();
    },
    close() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}
