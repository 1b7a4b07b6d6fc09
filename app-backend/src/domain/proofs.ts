import { hasFactor, type Proof, type StoredFactors } from "./factor.ts";
import { after } from "./time.ts";

/** How long a proof counts for an action. */
export const provenMs = 10 * 60_000;

/** What an account has: a password or none, and a second factor or none. */
export type AccountKind = "password" | "passwordAndFactor" | "passwordless" | "passwordlessAndFactor";

/** Changes that ask for proofs. */
export type ProvenAction =
  | "addFactor"
  | "removeFactor"
  | "newRecoveryCodes"
  /** As long as the page has not confirmed that it showed the ones that exist. */
  | "newUnseenRecoveryCodes"
  | "changePassword"
  | "changeEmail"
  | "linkProvider"
  | "unlinkProvider"
  | "removeAccount";

/** Sets of proofs: any one of them is sufficient. */
export type Sufficient = readonly (readonly Proof[])[];

const withPassword: Sufficient = [["password"], ["passkey"]];
const withFactor: Sufficient = [
  ["password", "totp"],
  ["password", "recovery"],
  ["password", "passkey"],
  ["password", "key"],
  ["password", "sms"],
  ["passkey", "totp"],
  ["passkey", "recovery"],
  ["passkey", "sms"],
];
const withoutPassword: Sufficient = [["provider"], ["passkey"]];
const withoutPasswordButFactor: Sufficient = [
  ["provider", "totp"],
  ["provider", "recovery"],
  ["provider", "key"],
  ["provider", "sms"],
  ["passkey"],
];

const usual: Readonly<Record<AccountKind, Sufficient>> = {
  password: withPassword,
  passwordAndFactor: withFactor,
  passwordless: withoutPassword,
  passwordlessAndFactor: withoutPasswordButFactor,
};

/** A number alone is not: a thief of the number would get recovery codes too. */
const factorAlone: Sufficient = [["totp"], ["passkey"], ["key"]];

/** The decision of docs/decisions/0043-a-table-of-proofs.md: which proofs allow which action, by kind of account. */
export const sufficientProofs: Readonly<Record<ProvenAction, Readonly<Record<AccountKind, Sufficient>>>> = {
  addFactor: usual,
  removeFactor: usual,
  newRecoveryCodes: usual,
  newUnseenRecoveryCodes: {
    ...usual,
    passwordAndFactor: [...factorAlone, ["password", "sms"]],
    passwordlessAndFactor: [...factorAlone, ["provider", "sms"]],
  },
  changePassword: usual,
  changeEmail: usual,
  linkProvider: usual,
  unlinkProvider: usual,
  removeAccount: usual,
};

/** What was proven in a session, and when. */
export interface Proven {
  readonly proofs: readonly Proof[];
  readonly provedAt: Date;
}

/** The proofs that still count. */
export function proofsInForce({ proofs, provedAt }: Proven, at: Date): readonly Proof[] {
  return provedAt > after(at, -provenMs) ? proofs : [];
}

/** Until when what was proven counts. */
export function provenUntil({ provedAt }: Proven): Date {
  return after(provedAt, provenMs);
}

/** What is proven after a further proof: what was given before and still counts keeps its time, unless all was given again. */
export function withProofs(proven: Proven, given: readonly Proof[], at: Date): Proven {
  const kept = proofsInForce(proven, at).filter((proof) => !given.includes(proof));
  return kept.length > 0
    ? { proofs: [...kept, ...given], provedAt: proven.provedAt }
    : { proofs: given, provedAt: at };
}

export function kindOf(hasPassword: boolean, stored: StoredFactors): AccountKind {
  if (hasPassword) return hasFactor(stored) ? "passwordAndFactor" : "password";
  return hasFactor(stored) ? "passwordlessAndFactor" : "passwordless";
}

/** The proofs that the owner of an account can give. */
export function proofsOf(hasPassword: boolean, stored: StoredFactors): Proof[] {
  const { totp, phone, recoveryCodes, passkeys } = stored;
  const proofs: Proof[] = hasPassword ? ["password"] : ["provider"];
  if (totp) proofs.push("totp");
  if (phone) proofs.push("sms");
  if ((recoveryCodes?.left ?? 0) > 0) proofs.push("recovery");
  if (passkeys.count > 0) proofs.push(passkeys.verified > 0 ? "passkey" : "key");
  return proofs;
}

/** Whether the proofs suffice. */
export function suffices(sufficient: Sufficient, held: readonly Proof[]): boolean {
  return sufficient.some((set) => set.every((proof) => held.includes(proof)));
}

/** Which of the proofs that an account can give complete a sufficient set, with as few of them as possible. */
export function missingProofs(
  sufficient: Sufficient,
  held: readonly Proof[],
  possible: readonly Proof[],
): Proof[] {
  const missing = sufficient
    .map((set) => set.filter((proof) => !held.includes(proof)))
    .filter((set) => set.every((proof) => possible.includes(proof)));
  const fewest = Math.min(...missing.map(({ length }) => length));
  const wanted = new Set(missing.filter(({ length }) => length === fewest).flat());
  return possible.filter((proof) => wanted.has(proof));
}
