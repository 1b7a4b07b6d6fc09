import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from "prom-client";
import type { Metrics, RequestFacts } from "../../ports/metrics.ts";

export interface PrometheusMetrics extends Metrics {
  /** Shows how many ends of sessions are not published yet. */
  endsWaiting(read: () => number): void;
  readonly contentType: string;
  /** All metrics in the text format. */
  text(): Promise<string>;
}

export interface Measured {
  readonly release: string;
  /** How many connections to the database are in use, and how many requests wait for one. */
  readonly poolStats: { readonly inUse: number; readonly waiting: number };
  /** Whether to include memory, processor time and the event loop. */
  readonly ofProcess: boolean;
}

/** Counters, gauges and histograms in the text format of Prometheus. */
export function prometheusMetrics({ release, poolStats, ofProcess }: Measured): PrometheusMetrics {
  const registry = new Registry();
  const watched = new Map<string, () => number>();
  const registers = [registry];
  if (ofProcess) collectDefaultMetrics({ register: registry });
  gauge("tintype_release", "Release that answers; always 1", () => 1, { release });
  gauge("tintype_database_connections_lent", "Database connections in use", () => poolStats.inUse);
  gauge("tintype_database_waiting", "Requests that wait for a database connection", () => poolStats.waiting);
  const requests = new Histogram({
    name: "tintype_request_seconds",
    help: "Time from the head of a request to the end of its answer",
    labelNames: ["method", "route", "status"],
    buckets: [0.005, 0.02, 0.1, 0.5, 2, 10],
    registers,
  });
  const images = new Histogram({
    name: "tintype_image_intake_seconds",
    help: "Time to take in, check and encode an image, waiting included",
    labelNames: ["outcome"],
    buckets: [0.1, 0.5, 1, 2, 5, 10, 30],
    registers,
  });
  const refusals = counter("tintype_refusals_total", "Requests that were refused, by code", "code");
  const events = counter("tintype_security_events_total", "Lines of the audit log, by event", "event");
  const limits = counter("tintype_limits_reached_total", "Tries beyond a limit, by its name", "limit");

  function gauge(name: string, help: string, read: () => number, labels: Record<string, string> = {}) {
    const made = new Gauge({ name, help, labelNames: Object.keys(labels), registers, collect });
    function collect() {
      made.set(labels, read());
    }
  }

  function counter(name: string, help: string, label: string): Counter {
    return new Counter({ name, help, labelNames: [label], registers });
  }

  const slots = new Gauge({
    name: "tintype_places_taken",
    help: "Places that requests hold at the moment, by what they are for",
    labelNames: ["of"],
    registers,
    collect: () => watched.forEach((read, of) => slots.set({ of }, read())),
  });

  return {
    slots: (of: string, read: () => number): void => void watched.set(of, read),

    endsWaiting: (read: () => number): void =>
      gauge("tintype_session_ends_waiting", "Ends of sessions that services cannot see yet", read),

    contentType: registry.contentType,
    text: () => registry.metrics(),

    request({ method, route, status, ms, refusal }: RequestFacts): void {
      const labels = {
        method: route === "none" ? "any" : method,
        route,
        status: `${Math.floor(status / 100)}xx`,
      };
      requests.observe(labels, ms / 1000);
      if (refusal !== undefined) refusals.inc({ code: refusal });
    },

    event(event: string, limit: string | undefined): void {
      events.inc({ event });
      if (limit !== undefined) limits.inc({ limit });
    },

    image(outcome: "taken" | "refused", ms: number): void {
      images.observe({ outcome }, ms / 1000);
    },
  };
}
