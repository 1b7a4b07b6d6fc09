/** The security events of the audit log. Their names never change. */
export type AuditEvent =
  | "registered"
  | "confirmed"
  | "sign_in"
  | "sign_in_failed"
  | "wrong_password"
  | "sign_out"
  | "session_ended"
  | "refresh_retried"
  | "refresh_overtaken"
  | "refresh_reused"
  | "password_changed"
  | "password_reset"
  | "account_removed"
  | "code_failed"
  | "sign_in_challenged"
  | "factor_failed"
  | "code_of_other_time"
  | "step_up"
  | "totp_added"
  | "totp_replaced"
  | "totp_removed"
  | "phone_added"
  | "phone_replaced"
  | "phone_removed"
  | "text_sent"
  | "text_not_sent"
  | "texts_exhausted"
  | "recovery_codes_replaced"
  | "recovery_code_used"
  | "passkey_added"
  | "passkey_removed"
  | "passkey_copied"
  | "factors_reset"
  | "identity_linked"
  | "identity_removed"
  | "limit_reached";

/** The subject of an event, as far as known: only ids, no other personal data. */
export interface AuditFacts {
  readonly accountId?: string | undefined;
  readonly sessionId?: string | undefined;
  /** The limit that was reached. */
  readonly limit?: string;
  /** Of a code of another time, such as "valid at step -6". */
  readonly reason?: string | undefined;
}

export type AuditLog = (event: AuditEvent, facts?: AuditFacts) => void;
