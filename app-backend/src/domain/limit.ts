const secondMs = 1000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;

/**
 * How often something may be attempted: `free` times at once, then after a delay that doubles with each attempt.
 * After `forgetMs` without an attempt the count starts again.
 */
export interface LimitRule {
  readonly name: string;
  readonly free: number;
  readonly delayMs: number;
  readonly maxDelayMs: number;
  readonly forgetMs: number;
}

const perAccount = { free: 5, delayMs: secondMs, maxDelayMs: 15 * minuteMs, forgetMs: 24 * hourMs };
const perAddress = { free: 20, delayMs: minuteMs, maxDelayMs: hourMs, forgetMs: 2 * hourMs };

/** How long a network stays known after a sign-in or the use of a mailed code. */
export const knownNetworkMs = 90 * 24 * hourMs;

/** Until it is cleared, or for longer than a request takes. */
const oneAtATime = {
  free: 1,
  delayMs: 35 * secondMs,
  maxDelayMs: 35 * secondMs,
  forgetMs: 35 * secondMs,
};

/** How many wrong codes of six digits are judged in a window: decision 0042 has the odds. */
export const maxGuesses = 100;
const guessWindowMs = 30 * 24 * hourMs;

/** Codes of six digits. All accounts have the same windows, and one that is used up says when it ends. A success is refunded and clears nothing. */
export function guessesAt(at: Date): LimitRule {
  const leftMs = guessWindowMs - (at.getTime() % guessWindowMs);
  return { name: "guesses", free: maxGuesses, delayMs: leftMs, maxDelayMs: leftMs, forgetMs: leftMs };
}

/** Failures count; a success is refunded. Sign-in, its second step and mail are counted separately for each network that an account knows. */
export const limits = {
  signInOfAccount: { name: "sign-in of account", ...perAccount },
  signInFromAddress: { name: "sign-in from address", ...perAddress },
  secondFactorOfAccount: { name: "second factor of account", ...perAccount },
  secondFactorFromAddress: { name: "second factor from address", ...perAddress },
  confirmationOfAccount: { name: "confirmation of account", ...perAccount },
  enrolmentOfAccount: { name: "enrolment of account", ...perAddress },
  /** For signed-in people who confirm their password. */
  passwordOfAccount: { name: "password of account", ...perAccount },
  codeFromAddress: { name: "code from address", ...perAddress },
  mailToAccount: {
    name: "mail to account",
    free: 3,
    delayMs: minuteMs,
    maxDelayMs: hourMs,
    forgetMs: 24 * hourMs,
  },
  mailFromAddress: { name: "mail from address", ...perAddress },
  /** For uploads that were announced and never completed: their bytes count against no account's quota. */
  uploadOfAccount: {
    name: "upload of account",
    free: 200,
    delayMs: secondMs,
    maxDelayMs: hourMs,
    forgetMs: 24 * hourMs,
  },
  /** Each save writes an object, and the one that thinning removes for it stays in the bucket for weeks, outside of the quota. */
  notesOfAccount: {
    name: "notes of account",
    free: 1_000,
    delayMs: secondMs,
    maxDelayMs: 20 * secondMs,
    forgetMs: 8 * hourMs,
  },
  /**
   * What is removed stays in the bucket for a week, outside of the quota. The free attempts are those of a full account,
   * by `removalCost`; a domain test compares them with the quotas.
   */
  removalOfAccount: {
    name: "removal of account",
    free: 2_300,
    delayMs: secondMs,
    maxDelayMs: 10 * minuteMs,
    forgetMs: 8 * hourMs,
  },
  pictureOfAccount: { name: "picture of account", ...perAddress },
  registerFromAddress: { name: "register from address", ...perAddress },
  /** Of two sign-ups of one address the second waits for the first to end, or to be stopped. */
  signUpOfAddress: { name: "sign-up of address", ...oneAtATime },
  /** Of an image or media, or one place of its account. */
  completion: { name: "completion", ...oneAtATime },
  /** The answer of a provider is used once: its flow expires before a second use is free. */
  useOfFlow: { name: "use of flow", free: 1, delayMs: hourMs, maxDelayMs: hourMs, forgetMs: hourMs },
  /** The challenge of a passkey is used once: it expires before a second use is free. */
  useOfPasskeyChallenge: {
    name: "use of passkey challenge",
    ...{ free: 1, delayMs: hourMs, maxDelayMs: hourMs, forgetMs: hourMs },
  },
  /** A token of an upload is used once: it expires before a second use is free. */
  useOfUpload: { name: "use of upload", free: 1, delayMs: hourMs, maxDelayMs: hourMs, forgetMs: hourMs },
} as const satisfies Record<string, LimitRule>;

const bytesOfRemoval = 4 * 2 ** 20;

/** As how many removals that of so many bytes counts. */
export function removalCost(bytes: number): number {
  return Math.max(1, Math.ceil(bytes / bytesOfRemoval));
}
