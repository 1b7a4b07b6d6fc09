import { type Answer, type Call, type Forward, jsonOf, withJson } from "./call.ts";

const stagePath = /^(?<stages>\/v2\/apis\/[^/]+\/stages)\/[^/?]+$/;

/** HTTP APIs, of which moto can make a stage and not change it: it is made again with what it had. */
export async function apiGateway(call: Call, forward: Forward): Promise<Answer> {
  const stages = stagePath.exec(call.target)?.groups?.["stages"];
  if (call.method !== "PATCH" || stages === undefined) return forward(call);
  const present = await forward({ ...call, method: "GET", body: Buffer.alloc(0) });
  if (present.status !== 200) return present;
  await forward({ ...call, method: "DELETE", body: Buffer.alloc(0) });
  const made = { ...call, method: "POST", target: stages, path: stages, rawPath: stages };
  const answer = await forward(withJson(made, { ...jsonOf(present), ...jsonOf(call) }));
  return answer.status === 201 ? { ...answer, status: 200 } : answer;
}
