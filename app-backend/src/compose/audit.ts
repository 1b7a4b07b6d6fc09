import type { Logger } from "pino";
import type { AuditLog } from "../ports/audit-log.ts";
import type { Metrics } from "../ports/metrics.ts";

const warnings = new Set([
  "refresh_overtaken",
  "refresh_reused",
  "limit_reached",
  "sign_in_failed",
  "wrong_password",
  "code_failed",
  "factor_failed",
  "code_of_other_time",
  "text_not_sent",
  "texts_exhausted",
]);

/** Logs security events with the field `audit`, and counts them where there are metrics. */
export function auditTo(log: Logger, metrics?: Metrics): AuditLog {
  return (event, facts = {}) => {
    metrics?.event(event, facts.limit);
    log[warnings.has(event) ? "warn" : "info"]({ audit: event, ...facts }, "audit");
  };
}
