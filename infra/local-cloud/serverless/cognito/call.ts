import { CognitoError, invalidParameter, notAuthorized } from "./answer.ts";
import type { CodePurpose } from "./codes.ts";
import type { Client, Pool } from "./control-plane.ts";
import type { Input } from "./input.ts";
import type { Category } from "./quotas.ts";
import type { PoolState, User } from "./state.ts";

/** One call of an action: its request, and the pool as it is at that moment. */
export interface Call {
  readonly input: Input;
  readonly pool: Pool;
  readonly state: PoolState;
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly region: string;
  readonly random: (bytes: number) => Buffer;
  /** The status of a user (unconfirmed, disabled) is judged before the password. */
  readonly statusFirst: boolean;
  /** Counts against the hourly limit of a name; refuses past it. */
  readonly countCode: (purpose: CodePurpose, name: string) => void;
  /** Sends a new code; the call fails if it cannot be delivered. */
  readonly mailCode: (user: User, purpose: CodePurpose) => CodeDelivery;
}

export interface ClientCall extends Call {
  readonly client: Client;
}

export interface TokenCall extends Call {
  readonly user: User;
}

export interface CodeDelivery {
  readonly CodeDeliveryDetails: Readonly<Record<"Destination" | "DeliveryMedium" | "AttributeName", string>>;
}

interface ActionOf<C extends Call> {
  readonly category: Category;
  readonly required: readonly (keyof Input)[];
  /** Runs without waiting, so that parallel calls cannot interleave. */
  readonly run: (call: C) => object;
}

/** How the caller shows what it may do: a client id alone, an access token, or rights of its role on the pool. */
export type Action =
  | ({ readonly by: "client" } & ActionOf<ClientCall>)
  | ({ readonly by: "token" } & ActionOf<TokenCall>)
  | ({ readonly by: "role" } & ActionOf<Call>)
  | ({ readonly by: "role and client" } & ActionOf<ClientCall>);

/** How a name is compared: pools that Terraform makes for this project ignore its case. */
export function nameKey(pool: Pool, name: string): string {
  return pool.UsernameConfiguration?.CaseSensitive === false ? name.toLowerCase() : name;
}

/** The user of that email address or `sub`; undefined if there is none. */
export function findUser({ pool, state }: Call, name: string): User | undefined {
  const key = nameKey(pool, name);
  const byEmail = [...state.users.values()].find((user) => nameKey(pool, user.email) === key);
  return byEmail ?? state.users.get(name);
}

/** The user that an operator names. */
export function requireUser(call: Call): User {
  const user = findUser(call, call.input.Username);
  if (user === undefined) throw userNotFound();
  return user;
}

/** Whether the client may not tell whether there is a user. */
export const hidesUsers = ({ client }: ClientCall) => client.PreventUserExistenceErrors === "ENABLED";

export const userNotFound = (message = "User does not exist.") =>
  new CognitoError("UserNotFoundException", message);

/** What this stand-in does not do is refused, and not passed on to an API that would take anything. */
export const notHere = (what: string) => invalidParameter(`The local cloud does not know ${what}.`);

/** Where a code went, or seems to have gone: the address is masked as AWS masks it. */
export function deliveryTo(email: string): CodeDelivery {
  const [local = "", domain = ""] = email.split("@");
  const Destination = `${local.slice(0, 1)}***@${domain.slice(0, 1)}***`;
  return { CodeDeliveryDetails: { Destination, DeliveryMedium: "EMAIL", AttributeName: "email" } };
}

/** Clients with a secret would keep it in Terraform's state: this project has none. */
export function requireNoSecret({ client, input }: ClientCall): void {
  if (client.ClientSecret !== undefined) {
    throw notAuthorized(
      `Client ${client.ClientId} is configured with secret but SECRET_HASH was not received`,
    );
  }
  if (input.SecretHash !== undefined) {
    throw notAuthorized(`Unable to verify secret hash for client ${client.ClientId}`);
  }
}

/** The user name is the email address; other pools have cases that were not built. */
export function requireEmailNames(pool: Pool): void {
  const names = pool.UsernameAttributes ?? [];
  if (names.length !== 1 || names[0] !== "email")
    throw notHere("pools whose user name is not the email address");
}
