import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";

/** What a server replies to a command; `cut` ends the connection after the text. */
export type Script = (command: readonly string[]) => string | { readonly cut: string };

/** A server that speaks the protocol of Redis by a script, for what a real one says too seldom. */
export async function startScriptedRedis() {
  let script: Script = () => "+OK\r\n";
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    let rest = "";
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket)).on("error", () => undefined);
    socket.on("data", (chunk) => {
      const { commands, left } = parsed(rest + chunk.toString());
      rest = left;
      for (const command of commands) {
        const reply = script(command);
        if (typeof reply === "string") socket.write(reply);
        else return void socket.end(reply.cut);
      }
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    config: { host: "127.0.0.1", port, password: "a password" },
    setScript: (next: Script) => void (script = next),
    async close() {
      server.close();
      for (const socket of sockets) socket.destroy();
      await once(server, "close");
    },
  };
}

/** Commands are arrays of bulk strings; none here has a line break in it. */
function parsed(text: string): { commands: string[][]; left: string } {
  const commands: string[][] = [];
  const lines = text.split("\r\n");
  let from = 0;
  for (;;) {
    const count = Number(lines[from]?.slice(1));
    const to = from + 1 + 2 * count;
    if (!lines[from]?.startsWith("*") || to >= lines.length) break;
    commands.push(lines.slice(from + 1, to).filter((_line, index) => index % 2 === 1));
    from = to;
  }
  return { commands, left: lines.slice(from).join("\r\n") };
}
