import { CognitoError } from "./answer.ts";

/** AWS's groups of actions that share one request rate. */
export type Category =
  | "UserAuthentication"
  | "UserCreation"
  | "UserAccountRecovery"
  | "UserRead"
  | "UserUpdate"
  | "UserList"
  | "UserToken";

export interface Quotas {
  /** Mails a day that Cognito sends itself, without an SES identity of the operator. */
  readonly mailsPerDay: number;
  /** Requests for codes and tries of codes, for each name and purpose. */
  readonly codeAttemptsPerHour: number;
  readonly callsPerSecond: Readonly<Record<Category, number>>;
}

/** Defaults of https://docs.aws.amazon.com/cognito/latest/developerguide/quotas.html; where AWS states a range, its lower end. */
export const awsQuotas: Quotas = {
  mailsPerDay: 50,
  codeAttemptsPerHour: 5,
  callsPerSecond: {
    UserAuthentication: 120,
    UserCreation: 50,
    UserAccountRecovery: 30,
    UserRead: 120,
    UserUpdate: 25,
    UserList: 30,
    UserToken: 120,
  },
};

const dayMs = 86_400_000;
/** The count of mails begins again at 09:00 UTC. */
const dayBeginsMs = 9 * 3_600_000;

/** Counts calls and mails in fixed windows; a count over its quota is a refusal. */
export function quotaCounters({ callsPerSecond, mailsPerDay }: Quotas) {
  const windows = new Map<string, { window: number; count: number }>();
  function count(name: string, window: number): number {
    const seen = windows.get(name);
    const next = { window, count: seen?.window === window ? seen.count + 1 : 1 };
    windows.set(name, next);
    return next.count;
  }
  return {
    call(category: Category, now: number): void {
      if (count(category, Math.floor(now / 1000)) > callsPerSecond[category]) {
        throw new CognitoError("TooManyRequestsException", "Rate exceeded");
      }
    },
    mail(now: number): void {
      if (count("mail", Math.floor((now - dayBeginsMs) / dayMs)) > mailsPerDay) {
        throw new CognitoError(
          "LimitExceededException",
          "Exceeded daily email limit for the operation or the account. If a higher limit is required, please configure your user pool to use your own Amazon SES configuration for sending email.",
        );
      }
    },
  };
}
