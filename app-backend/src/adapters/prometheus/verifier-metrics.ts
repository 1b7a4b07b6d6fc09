import { Counter, Gauge, Registry } from "prom-client";

/** Counters and a gauge of a verifier in the text format of Prometheus. */
export function verifierMetrics() {
  const registry = new Registry();
  const registers = [registry];
  const answers = new Counter({
    name: "tintype_verifier_answers_total",
    help: "Answers, by status",
    labelNames: ["status"],
    registers,
  });
  const missed = new Counter({
    name: "tintype_verifier_keys_missed_total",
    help: "How often keys of the issuer could not be read",
    registers,
  });
  return {
    answer: (status: number) => answers.inc({ status }),
    keysMissed: () => missed.inc(),
    /** Shows the age of the keys that are in use. */
    keysAge(ageMs: () => number) {
      const age = new Gauge({
        name: "tintype_verifier_keys_age_seconds",
        help: "Age of the issuer's keys that are in use; infinite while there are none",
        registers,
        collect,
      });
      function collect(): void {
        age.set(ageMs() / 1000);
      }
    },
    contentType: registry.contentType,
    text: () => registry.metrics(),
  };
}
