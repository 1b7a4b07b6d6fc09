/** Where events go that somebody should look at. */
export interface SecurityLog {
  /** A refresh token was shown again after its time: it is in two hands, and its session has been ended. */
  refreshReplayed(facts: { accountId: string; sessionId: string }): void;
}
