import { AppError } from "../../domain/app-error.ts";
import {
  type Enrolment,
  type FactorEvent,
  type FactorEventName,
  hasFactor,
  maxFactorEvents,
  type Phone,
  type PhoneEnrolment,
  type Spend,
  type StoredFactors,
  type Totp,
} from "../../domain/factor.ts";
import { counts, type Passkey, type PasskeyUse } from "../../domain/passkey.ts";
import { maxAccountsOfNumber, type TextCode } from "../../domain/text-message.ts";
import type { Factors } from "../../ports/factors.ts";
import { count, requireLive } from "./account-usage.ts";
import { isRemoved } from "./accounts.ts";
import { flag, type Item, number, setOfTexts, text, textOrNull, texts, time } from "./items.ts";
import { accountKey, credentialKey, factorsKey, numberKey, numberOf } from "./keys.ts";
import type { Dynamodb, Refused, Write } from "./requests.ts";
import { endingOthers, proofOf } from "./sessions.ts";
import { again, untilWritten } from "./until-written.ts";

interface Dependencies {
  readonly db: Dynamodb;
  readonly newId: () => string;
}

/** What the item of an account's factors holds. */
export interface State {
  readonly totp: Totp | undefined;
  readonly enrolment: Enrolment | undefined;
  readonly phone: StoredPhone | undefined;
  readonly phoneEnrolment: PhoneEnrolment | undefined;
  readonly textCodes: readonly TextCode[];
  /** Hashes of the recovery codes. */
  readonly codes: readonly string[];
  readonly seen: boolean;
  readonly events: readonly FactorEvent[];
  /** The oldest first. */
  readonly passkeys: readonly Passkey[];
}

/** With the item that its account has of the number. */
interface StoredPhone extends Phone {
  readonly numberHash: string;
  readonly slot: number;
}

/** Each change replaces the item, on the condition that it is still the one that was read. */
export function factorItems({ db, newId }: Dependencies) {
  async function read(accountId: string) {
    const item = await db.get(factorsKey(accountId));
    return { item, state: stateOf(item) };
  }

  /** The write of a state in place of the item that was read, and whether a refusal means that it was carried out. */
  function replacing(accountId: string, item: Item | undefined, to: State) {
    const revision = newId();
    const unchanged = item
      ? { condition: "#revision = :from", values: { from: text(item, "revision") } }
      : { condition: "attribute_not_exists(#pk)" };
    const write: Write = { put: factorsKey(accountId), item: valuesOf(to, revision), ...unchanged };
    // The revision is new with each call: if it is there, this call has written it.
    const isDone = (refused: Refused | undefined) =>
      refused?.isRepeated === true && refused.item?.["revision"]?.S === revision;
    return { write, isDone };
  }

  /** The write that spends a factor; undefined if it is spent or unknown. */
  async function spending(accountId: string, spend: Spend) {
    const { item, state } = await read(accountId);
    const to = spent(state, spend);
    return to && replacing(accountId, item, to);
  }

  /** Replaces the state by what `decide` makes of it; false if it makes nothing of it. */
  async function change(accountId: string, decide: (state: State) => State | undefined): Promise<boolean> {
    return untilWritten(async () => {
      const { item, state } = await read(accountId);
      const to = decide(state);
      if (!to) return false;
      const { write, isDone } = replacing(accountId, item, to);
      const refused = await db.write(write);
      return !refused || isDone(refused) ? true : again;
    });
  }

  return { read, replacing, spending, change };
}

export function dynamodbFactors(deps: Dependencies): Factors {
  const { db } = deps;
  const { read, replacing, spending, change } = factorItems(deps);

  /** Replaces the state if the account is alive. */
  async function ofLiveAccount(accountId: string, change: (state: State) => State): Promise<void> {
    await untilWritten(async () => {
      const { item, state } = await read(accountId);
      const { write, isDone } = replacing(accountId, item, change(state));
      const refused = await db.transact([write, count(accountId, {})]);
      if (!refused || isDone(refused[0])) return true;
      if (refused[1]) requireLive(refused[1].item);
      return again;
    });
  }

  async function freeSlot(numberHash: string): Promise<number> {
    const taken = new Set<string>();
    const of = { table: "records", where: "#pk = :pk", values: { pk: numberOf(numberHash) } } as const;
    for await (const page of db.query(of)) for (const { sk } of page) taken.add(sk?.S ?? "");
    for (let slot = 1; slot <= maxAccountsOfNumber; slot += 1)
      if (!taken.has(numberKey(numberHash, slot).sk)) return slot;
    throw new AppError("number_taken", `${maxAccountsOfNumber} accounts use the number`);
  }

  return {
    async get(accountId) {
      return factorsIn((await read(accountId)).state);
    },

    async listEvents(accountId) {
      return [...(await read(accountId)).state.events];
    },

    async enrol(accountId, enrolment) {
      await ofLiveAccount(accountId, (state) => {
        const replaced = state.enrolment?.secret ?? null;
        return { ...state, enrolment: { ...enrolment, replaced } };
      });
    },

    confirm: (holder, { enrolmentId: id, step: lastStep, recoveryHashes: codes, event, proven }) =>
      untilWritten(async () => {
        const { item, state } = await read(holder.accountId);
        const { enrolment, events } = state;
        if (enrolment?.id !== id) return false;
        const totp = { id, secret: enrolment.secret, lastStep, enrolledAt: event.at, lastUsedAt: event.at };
        const to = { ...state, totp, enrolment: undefined, codes, seen: false };
        const { write, isDone } = replacing(holder.accountId, item, {
          ...to,
          events: withEvent(events, event),
        });
        const { ofAccount, ofSession } = await endingOthers(db, holder, proven);
        const refused = await db.transact([write, ofAccount, ofSession]);
        return !refused || isDone(refused[0]) ? true : again;
      }),

    async enrolPhone(accountId, phoneEnrolment) {
      await ofLiveAccount(accountId, (state) => ({ ...state, phoneEnrolment }));
    },

    async addTextCode(accountId, code) {
      await change(accountId, (state) => {
        const others = state.textCodes.filter(({ boundTo }) => boundTo !== code.boundTo);
        return { ...state, textCodes: [code, ...others].slice(0, maxTextCodes) };
      });
    },

    confirmPhone: (holder, { enrolmentId: id, hashes, recoveryHashes, event, proven }) =>
      untilWritten(async () => {
        const { accountId } = holder;
        const { item, state } = await read(accountId);
        const { phone: former, phoneEnrolment, events } = state;
        if (phoneEnrolment?.id !== id) return "replaced";
        if (!withoutCode(state.textCodes, id, hashes, event.at)) return "wrong";
        const { numberHash, number, ending } = phoneEnrolment;
        const isSame = former?.numberHash === numberHash;
        const slot = isSame ? former.slot : await freeSlot(numberHash);
        const isFirst = !hasCodes(state);
        const { write, isDone } = replacing(accountId, item, {
          ...state,
          phone: { id, number, numberHash, slot, ending, enrolledAt: event.at, lastUsedAt: event.at },
          phoneEnrolment: undefined,
          textCodes: [],
          ...(isFirst && { codes: recoveryHashes, seen: false }),
          events: withEvent(events, event),
        });
        const take: Write = {
          put: numberKey(numberHash, slot),
          item: { accountId },
          condition: "attribute_not_exists(#pk) OR #accountId = :accountId",
          values: { accountId },
        };
        const leave = former && !isSame ? [releasing(former)] : [];
        const { ofAccount, ofSession } = await endingOthers(db, holder, proven);
        const refused = await db.transact([write, ofAccount, ofSession, take, ...leave]);
        if (refused && !isDone(refused[0])) return again;
        return isFirst ? "first" : "further";
      }),

    removePhone: (accountId, event) =>
      untilWritten(async () => {
        const { item, state } = await read(accountId);
        if (!state.phone) return false;
        const to = { ...state, phone: undefined, phoneEnrolment: undefined, textCodes: [] };
        const events = withEvent(state.events, event);
        const { write, isDone } = replacing(accountId, item, { ...withoutIdleCodes(to), events });
        const refused = await db.transact([write, releasing(state.phone)]);
        return !refused || isDone(refused[0]) ? true : again;
      }),

    prove: (holder, spend, proven) =>
      untilWritten(async () => {
        const spends = await spending(holder.accountId, spend);
        if (!spends) return false;
        const ofSession = { ...proofOf(holder, proven), condition: "attribute_exists(#pk)" };
        const refused = await db.transact([spends.write, ofSession]);
        if (!refused || spends.isDone(refused[0])) return true;
        return refused[1] ? false : again; // the session is gone
      }),

    removeTotp: (accountId, event) =>
      change(accountId, (state) => {
        const { totp, events } = state;
        const left = { ...state, totp: undefined, enrolment: undefined, events: withEvent(events, event) };
        return totp && withoutIdleCodes(left);
      }),

    reset: (accountId, event) =>
      untilWritten(async () => {
        const [account, { item, state }] = await Promise.all([
          db.get(accountKey(accountId)),
          read(accountId),
        ]);
        const before = factorsIn(state);
        const isOpen = account !== undefined && isOpenWithoutPasskeys(account);
        const removed = state.passkeys.filter(({ userVerified }) => isOpen || !userVerified);
        const passkeys = state.passkeys
          .filter((passkey) => !removed.includes(passkey))
          .map((passkey) => ({ ...passkey, asked: false }));
        const done = { before, keptPasskeys: passkeys.length };
        const had = hasFactor(before) || removed.length > 0;
        const isEmpty = !state.enrolment && !state.phoneEnrolment && state.codes.length === 0;
        if (!had && isEmpty) return done;
        const events = had ? withEvent(state.events, event) : state.events;
        const { write, isDone } = replacing(accountId, item, { ...nothing, passkeys, events });
        const ending: Write[] =
          had && account && !isRemoved(account) ? [endingAll(accountId, account, removed)] : [];
        const refused = await db.transact([
          write,
          ...ending,
          ...(state.phone ? [releasing(state.phone)] : []),
          ...removed.map(({ credentialId }) => ({ delete: credentialKey(credentialId) })),
        ]);
        return !refused || isDone(refused[0]) ? done : again;
      }),

    replaceRecoveryCodes: (accountId, codes, event) =>
      change(accountId, (state) =>
        hasCodes(state)
          ? { ...state, codes, seen: false, events: withEvent(state.events, event) }
          : undefined,
      ),

    async noteSeen(accountId) {
      await change(accountId, (state) =>
        hasCodes(state) && !state.seen ? { ...state, seen: true } : undefined,
      );
    },

    async removeOfAccount(accountId) {
      const { phone } = (await read(accountId)).state;
      if (phone) await db.write(releasing(phone));
      await db.write({ delete: factorsKey(accountId) });
    },
  };
}

function isOpenWithoutPasskeys(account: Item): boolean {
  return textOrNull(account, "credential") !== null || number(account, "identities") > 0;
}

/** Ends all sessions of an account by a higher credential version, if nothing in it has changed that `isOpenWithoutPasskeys` reads. */
function endingAll(accountId: string, account: Item, removed: readonly Passkey[]): Write {
  const from = number(account, "credentialVersion");
  const isOpen = "attribute_exists(#credential) OR #identities > :none";
  return {
    update: accountKey(accountId),
    set: { credentialVersion: from + 1 },
    add: { verifiedPasskeys: -removed.filter(({ userVerified }) => userVerified).length },
    condition: `#credentialVersion = :from AND attribute_not_exists(#removedAt)${isOpenWithoutPasskeys(account) ? ` AND (${isOpen})` : ""}`,
    values: { from, ...(isOpenWithoutPasskeys(account) && { none: 0 }) },
  };
}

const nothing: State = {
  totp: undefined,
  enrolment: undefined,
  phone: undefined,
  phoneEnrolment: undefined,
  textCodes: [],
  codes: [],
  seen: false,
  events: [],
  passkeys: [],
};

/** More than can be sent to one account while the first of them lives. */
const maxTextCodes = 10;

function releasing({ numberHash, slot }: StoredPhone): Write {
  return { delete: numberKey(numberHash, slot) };
}

/** The codes without one that is right; undefined if none is. */
function withoutCode(
  codes: readonly TextCode[],
  boundTo: string,
  hashes: readonly string[],
  at: Date,
): TextCode[] | undefined {
  const left = codes.filter(
    (code) => !(code.boundTo === boundTo && code.endsAt > at && hashes.includes(code.hash)),
  );
  return left.length === codes.length ? undefined : left;
}

/** Whether there is a factor of any kind, so that there are recovery codes too. */
export function hasCodes({ totp, phone, passkeys }: State): boolean {
  return totp !== undefined || phone !== undefined || passkeys.length > 0;
}

/** The state without recovery codes if its last factor was removed. */
export function withoutIdleCodes(state: State): State {
  return hasCodes(state) ? state : { ...state, codes: [], seen: false };
}

export function withEvent(events: readonly FactorEvent[], event: FactorEvent): FactorEvent[] {
  return [event, ...events].slice(0, maxFactorEvents);
}

function spent(state: State, spend: Spend): State | undefined {
  const { totp, phone, textCodes, codes, events } = state;
  if (spend.factor === "sms") {
    const left = withoutCode(textCodes, spend.boundTo, spend.hashes, spend.at);
    if (phone?.id !== spend.id || !left) return undefined;
    return { ...state, phone: { ...phone, lastUsedAt: spend.at }, textCodes: left };
  }
  if (spend.factor === "totp") {
    const { id, step, at } = spend;
    if (totp?.id !== id || totp.lastStep >= step) return undefined;
    return { ...state, totp: { ...totp, lastStep: step, lastUsedAt: at } };
  }
  if (spend.factor === "passkey") return used(state, spend);
  const left = codes.filter((code) => !spend.hashes.includes(code));
  if (left.length === codes.length) return undefined;
  return { ...state, codes: left, events: withEvent(events, spend.event) };
}

/** The state after a use of a passkey; undefined if it is not there, or its counter may not follow. */
export function used(
  state: State,
  { id, counter, backedUp, at }: Omit<PasskeyUse, "accountId">,
): State | undefined {
  const passkey = state.passkeys.find((each) => each.id === id);
  if (!passkey || !counts(passkey.counter, counter)) return undefined;
  const after = { ...passkey, counter, backedUp, lastUsedAt: at };
  return { ...state, passkeys: state.passkeys.map((each) => (each === passkey ? after : each)) };
}

function factorsIn(state: State): StoredFactors {
  const { totp, enrolment, phone, phoneEnrolment, codes, seen, passkeys } = state;
  const recoveryCodes = hasCodes(state)
    ? { left: codes.length, seen: seen || codes.length === 0 }
    : undefined;
  const summary = {
    count: passkeys.length,
    verified: passkeys.filter(({ userVerified }) => userVerified).length,
    asked: passkeys.filter(({ asked }) => asked).length,
  };
  const ofPhone = { phone: phone && phoneOf(phone), phoneEnrolment };
  return { totp, enrolment, ...ofPhone, recoveryCodes, passkeys: summary };
}

function phoneOf({ id, number, ending, enrolledAt, lastUsedAt }: StoredPhone): Phone {
  return { id, number, ending, enrolledAt, lastUsedAt };
}

function valuesOf(state: State, revision: string) {
  const { totp, enrolment, phone, phoneEnrolment, textCodes, codes, seen, events, passkeys } = state;
  return {
    revision,
    totpId: totp?.id,
    secret: totp?.secret,
    lastStep: totp?.lastStep,
    enrolledAt: totp?.enrolledAt,
    lastUsedAt: totp?.lastUsedAt,
    enrolmentId: enrolment?.id,
    enrolmentSecret: enrolment?.secret,
    replaced: enrolment?.replaced,
    enrolmentEndsAt: enrolment?.endsAt,
    phone: phone && JSON.stringify(phone),
    phoneEnrolment: phoneEnrolment && JSON.stringify(phoneEnrolment),
    textCodes: textCodes.length > 0 ? JSON.stringify(textCodes) : undefined,
    codes: setOfTexts(codes),
    seen,
    events: JSON.stringify(events),
    passkeys: passkeys.length > 0 ? JSON.stringify(passkeys) : null,
  };
}

function stateOf(item: Item | undefined): State {
  if (!item) return nothing;
  const hasTotp = textOrNull(item, "totpId") !== null;
  const isEnrolling = textOrNull(item, "enrolmentId") !== null;
  return {
    totp: hasTotp
      ? {
          id: text(item, "totpId"),
          secret: text(item, "secret"),
          lastStep: number(item, "lastStep"),
          enrolledAt: time(item, "enrolledAt"),
          lastUsedAt: time(item, "lastUsedAt"),
        }
      : undefined,
    enrolment: isEnrolling
      ? {
          id: text(item, "enrolmentId"),
          secret: text(item, "enrolmentSecret"),
          replaced: textOrNull(item, "replaced"),
          endsAt: time(item, "enrolmentEndsAt"),
        }
      : undefined,
    phone: jsonOf(item, "phone"),
    phoneEnrolment: jsonOf(item, "phoneEnrolment"),
    textCodes: jsonOf<TextCode[]>(item, "textCodes") ?? [],
    codes: texts(item, "codes"),
    seen: flag(item, "seen"),
    events: eventsIn(text(item, "events")),
    passkeys: passkeysIn(item),
  };
}

/** What is never asked for by condition is kept as JSON, its times as `Date`. */
function jsonOf<Kept>(item: Item, name: string): Kept | undefined {
  const json = textOrNull(item, name);
  if (json === null) return undefined;
  return JSON.parse(json, (field, value: unknown) =>
    field.endsWith("At") ? new Date(value as string) : value,
  ) as Kept;
}

function eventsIn(json: string): FactorEvent[] {
  const events = JSON.parse(json) as { at: string; what: FactorEventName; device: string }[];
  return events.map(({ at, what, device }) => ({ at: new Date(at), what, device }));
}

/** The passkeys in the item of an account's factors. */
export function passkeysIn(item: Item | undefined): Passkey[] {
  const json = (item && textOrNull(item, "passkeys")) ?? "[]";
  const passkeys = JSON.parse(json) as (Omit<Passkey, "createdAt" | "lastUsedAt"> & {
    createdAt: string;
    lastUsedAt: string | null;
  })[];
  return passkeys.map(({ createdAt, lastUsedAt, ...facts }) => ({
    ...facts,
    createdAt: new Date(createdAt),
    lastUsedAt: lastUsedAt === null ? null : new Date(lastUsedAt),
  }));
}
