import { statementsEach } from "../app/statements.ts";
import type { Client } from "../load/client.ts";
import type { Count } from "../measure/figure.ts";
import type { Server } from "../processes/server.ts";
import { underLoad } from "./contenders.ts";
import type { Surroundings } from "./surroundings.ts";

/**
 * How many round trips to the database a request takes, asked of the database itself. Of a server of its own, whose
 * connections are open and statements prepared by then.
 */
export async function countStatements(
  { site, effort }: Surroundings,
  clientOf: (server: Server) => Client | Promise<Client>,
  description: Omit<Count, "value" | "unit">,
): Promise<Count> {
  const server = await site.start();
  const { sliceMs } = effort.short;
  const requests = underLoad(server, [await clientOf(server)]);
  await requests.slice(sliceMs);
  const value = await statementsEach(site.database, () => requests.slice(sliceMs));
  await requests.stop();
  return { ...description, unit: "statements", value };
}
