import { randomBytes } from "node:crypto";
import { passwordResetActions } from "./actions/password-reset.ts";
import { signInActions } from "./actions/sign-in.ts";
import { signUpActions } from "./actions/sign-up.ts";
import { tokenActions } from "./actions/tokens.ts";
import { totpActions } from "./actions/totp.ts";
import { userActions } from "./actions/users.ts";
import { type Answer, CognitoError, invalidParameter, notAuthorized, refusal, success } from "./answer.ts";
import { type Action, type Call, deliveryTo, requireNoSecret } from "./call.ts";
import { codeLimits, issueCode } from "./codes.ts";
import { type Client, type ControlPlane, type Pool, controlPlaneActions } from "./control-plane.ts";
import { discoveryAnswer } from "./discovery.ts";
import { faultInjection } from "./faults.ts";
import { type Input, parseInput } from "./input.ts";
import { type Mail, codeMail } from "./mail.ts";
import { type Quotas, awsQuotas, quotaCounters } from "./quotas.ts";
import { type PoolState, newPoolState } from "./state.ts";
import { bearer, poolIdIn } from "./tokens.ts";

export interface UserPlaneOptions extends ControlPlane {
  readonly region: string;
  /** Sends a mail; a rejection is a mail that could not be delivered. */
  readonly mail: (mail: Mail) => Promise<void>;
  readonly now: () => Date;
  /** @default - of the operating system */
  readonly random?: (bytes: number) => Buffer;
  /** @default - what AWS grants a new account */
  readonly quotas?: Partial<Quotas>;
  /** Judge whether a user is confirmed and enabled before the password. AWS does not document its order. @default false */
  readonly statusFirst?: boolean;
}

/** Who signed a request, as far as the user plane needs it: rights on the pool were checked before. */
export interface Caller {
  readonly kind: "operator" | "role" | "anonymous";
}

/** Where a test of faults sets them: no address of AWS. */
export const faultsPath = "/local-cloud/cognito/faults";

export interface UserPlane {
  /** The answer to an action, whose request is `body` as received; undefined if the control plane answers it. */
  (action: string, body: string, caller: Caller): Promise<Answer | undefined>;
  /**
   * The answer to a request without an action: GET of a pool's keys and configuration, for anyone, and PUT of a JSON list of
   * `Fault`s to `faultsPath`, for the operator alone. Undefined for all else.
   */
  http(
    request: { readonly method: string; readonly path: string; readonly body: string },
    caller: Caller,
  ): Promise<Answer | undefined>;
}

const actions: ReadonlyMap<string, Action> = new Map<string, Action>(
  Object.entries({
    ...signUpActions,
    ...passwordResetActions,
    ...signInActions,
    ...tokenActions,
    ...totpActions,
    ...userActions,
  }),
);

/** Actions that anyone may call without a signature: AWS evaluates no policy for them. */
export const publicActions: ReadonlySet<string> = new Set(
  [...actions].flatMap(([name, { by }]) => (by.startsWith("role") ? [] : [name])),
);

/**
 * What people do with a Cognito user pool: sign up, sign in, reset a password. Users, keys and sign-ins are in memory; pools
 * and clients are read from the control plane at each call, so that a changed setting counts at once.
 */
export function cognitoUserPlane(options: UserPlaneOptions): UserPlane {
  const { region, describePool, describeClient, statusFirst = false, random = randomBytes } = options;
  const quotas = { ...awsQuotas, ...options.quotas };
  const counters = quotaCounters(quotas);
  const countCode = codeLimits(quotas.codeAttemptsPerHour);
  const faults = faultInjection();
  const states = new Map<string, PoolState>();

  async function poolOf(id: string): Promise<{ pool: Pool; state: PoolState } | undefined> {
    const pool = await describePool(id);
    if (pool === undefined) {
      states.delete(id);
      return undefined;
    }
    const state = states.get(id) ?? newPoolState(id, random);
    states.set(id, state);
    return { pool, state };
  }

  async function requirePool(id: string) {
    const found = await poolOf(id);
    if (found === undefined) throw notFound(`User pool ${id} does not exist.`);
    return found;
  }

  async function requireClient(id: string): Promise<Client> {
    const client = await describeClient(id);
    if (client === undefined) throw notFound(`User pool client ${id} does not exist.`);
    return client;
  }

  async function run(action: Action, input: Input): Promise<object> {
    const now = options.now().getTime();
    const mails: Mail[] = [];
    const callOf = ({ pool, state }: { pool: Pool; state: PoolState }): Call => ({
      ...{ input, pool, state, now, region, random, statusFirst },
      countCode: (purpose, name) => countCode(purpose, `${state.id} ${name}`, now),
      mailCode(user, purpose) {
        const code = issueCode(user.codes, purpose, { now, random });
        mails.push(codeMail(pool, { to: user.email, username: user.sub, code, purpose }));
        return deliveryTo(user.email);
      },
    });
    const answer = await answerOf(action, input, callOf);
    for (const mail of mails) await deliver(mail, now);
    return answer;
  }

  type CallOf = (found: { pool: Pool; state: PoolState }) => Call;

  async function answerOf(action: Action, input: Input, callOf: CallOf): Promise<object> {
    if (action.by === "role") return action.run(callOf(await requirePool(input.UserPoolId)));
    if (action.by === "token") {
      const found = await poolOf(poolIdIn(input.AccessToken) ?? "none");
      if (found === undefined) throw notAuthorized("Invalid Access Token");
      const call = callOf(found);
      return action.run({ ...call, user: bearer(call.state, input.AccessToken, call) });
    }
    const client = await requireClient(input.ClientId);
    const call = callOf(await requirePool(client.UserPoolId!));
    if (action.by === "role and client" && input.UserPoolId !== client.UserPoolId) {
      throw notFound(`User pool client ${input.ClientId} does not exist.`);
    }
    requireNoSecret({ ...call, client });
    return action.run({ ...call, client });
  }

  async function deliver(mail: Mail, now: number): Promise<void> {
    if (!mail.bySes) counters.mail(now);
    await options.mail(mail).catch(() => {
      throw new CognitoError("CodeDeliveryFailureException", "The mail could not be delivered.");
    });
  }

  async function requireUnprotected(body: string): Promise<void> {
    const { UserPoolId } = parseInput(body, ["UserPoolId"]);
    if ((await describePool(UserPoolId))?.DeletionProtection === "ACTIVE") {
      throw invalidParameter(
        "The user pool cannot be deleted because deletion protection is activated. Deletion protection must be inactivated first.",
      );
    }
  }

  const plane = async (name: string, body: string, caller: Caller) => {
    try {
      if (name === "DeleteUserPool") await requireUnprotected(body);
      if (controlPlaneActions.has(name)) return undefined;
      const action = actions.get(name);
      if (action === undefined) {
        throw new CognitoError("UnknownOperationException", `The local cloud does not know ${name}.`);
      }
      const isLost = await faults.meet(name);
      counters.call(action.category, options.now().getTime());
      if (!publicActions.has(name) && caller.kind === "anonymous") {
        throw new CognitoError("MissingAuthenticationTokenException", "Missing Authentication Token");
      }
      const answer = await run(action, parseInput(body, action.required));
      if (isLost)
        throw new CognitoError("InternalErrorException", "The answer is lost, as a test asked for.");
      return success(answer);
    } catch (cause) {
      return refusal(cause);
    }
  };
  const http: UserPlane["http"] = async ({ method, path, body }, caller) => {
    if (method === "GET") return discoveryAnswer(path, region, async (id) => (await poolOf(id))?.state);
    if (method !== "PUT" || path !== faultsPath) return undefined;
    if (caller.kind !== "operator") return refusal(new CognitoError("ForbiddenException", "Forbidden"));
    faults.set(JSON.parse(body));
    return success({});
  };
  return Object.assign(plane, { http });
}

const notFound = (message: string) => new CognitoError("ResourceNotFoundException", message);
