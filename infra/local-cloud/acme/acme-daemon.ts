import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { writeWhole } from "../../cli/atomic-file.ts";
import { acmeAuthority, acmeFile, acmeFolder, acmeName, acmeRoot, type LocalAcme } from "./acme.ts";
import { isOwn } from "../emulator/allowed-peers.ts";
import { startPebble } from "./pebble.ts";
import { makePrivateFolder } from "../../cli/private-files.ts";

// An ACME server as one background process: pebble, its DNS, and the way by which the hosts reach it. It lives until
// a signal ends it; its accounts and its root certificate live as long.

makePrivateFolder(acmeFolder);
const pebble = await startPebble({ folder: acmeFolder, name: acmeName, authority: acmeAuthority });
const programs = [pebble.server, pebble.dns];
writeFileSync(acmeRoot, pebble.root);

const proxy = createServer(passOn).listen(0, "0.0.0.0");
await once(proxy, "listening");

const acme: LocalAcme = {
  pid: process.pid,
  pebblePid: pebble.server.pid!,
  dnsPid: pebble.dns.pid!,
  port: (proxy.address() as AddressInfo).port,
  dnsPort: pebble.dnsPort,
  dnsManagementPort: pebble.dnsManagementPort,
};
writeWhole(acmeFile, JSON.stringify(acme, null, 2));

for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => stop(0));
for (const program of programs) program.once("exit", () => stop(1));

/** On every address, because the hosts' networks come later; connections from elsewhere are closed. */
function passOn(socket: Socket): void {
  if (!isOwn(socket)) return void socket.destroy();
  const upstream = connect(pebble.port, "127.0.0.1");
  socket.on("error", () => upstream.destroy()).pipe(upstream);
  upstream.on("error", () => socket.destroy()).pipe(socket);
}

function stop(code: number): void {
  for (const program of programs) program.removeAllListeners("exit").kill("SIGTERM");
  process.exit(code);
}
