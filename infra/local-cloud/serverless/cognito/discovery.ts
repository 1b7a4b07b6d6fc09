import type { Answer } from "./answer.ts";
import type { PoolState } from "./state.ts";
import { issuerOf } from "./tokens.ts";

type StateOf = (poolId: string) => Promise<PoolState | undefined>;

/** Public keys or configuration of a pool (RFC 7517, OpenID Connect Discovery); 404 without the pool, undefined elsewhere. */
export async function discoveryAnswer(
  path: string,
  region: string,
  stateOf: StateOf,
): Promise<Answer | undefined> {
  const [, poolId = "", file] =
    /^\/([\w-]+)\/\.well-known\/(jwks\.json|openid-configuration)$/.exec(path) ?? [];
  if (file === undefined) return undefined;
  const state = await stateOf(poolId);
  if (state === undefined) return json(404, { message: `User pool ${poolId} does not exist.` });
  return json(200, file === "jwks.json" ? jwks(state) : configuration(issuerOf(region, poolId)));
}

const jwks = ({ key }: PoolState) => ({
  keys: [{ alg: "RS256", use: "sig", kid: key.id, ...key.publicKey.export({ format: "jwk" }) }],
});

/** Without the endpoints of the hosted pages, which a pool without a domain does not have. */
const configuration = (issuer: string) => ({
  issuer,
  jwks_uri: `${issuer}/.well-known/jwks.json`,
  id_token_signing_alg_values_supported: ["RS256"],
  response_types_supported: ["code", "token"],
  scopes_supported: ["openid", "email", "phone", "profile"],
  subject_types_supported: ["public"],
});

const json = (status: number, value: object): Answer => ({
  status,
  headers: { "content-type": "application/json", "cache-control": "public, max-age=86400" },
  body: JSON.stringify(value),
});
