import { expect, test } from "@jest/globals";
import { prometheusMetrics } from "../../../src/adapters/prometheus/metrics.ts";

const newMetrics = (ofProcess = false) =>
  prometheusMetrics({ release: "0123456789ab", poolStats: { inUse: 3, waiting: 2 }, ofProcess });

test("OPS-12 requests are labelled by pattern and class of status, whatever paths and methods strangers send", async () => {
  const metrics = newMetrics();
  metrics.request({ method: "GET", route: "/api/images/:id", status: 200, ms: 12 });
  for (let index = 0; index < 50; index += 1) {
    metrics.request({ method: `M${index}`, route: "none", status: 404, ms: 1, refusal: "not_found" });
  }
  const text = await metrics.text();
  const counts = text.split("\n").filter((line) => line.startsWith("tintype_request_seconds_count"));
  expect(counts).toEqual([
    'tintype_request_seconds_count{method="GET",route="/api/images/:id",status="2xx"} 1',
    'tintype_request_seconds_count{method="any",route="none",status="4xx"} 50',
  ]);
  expect(text).toContain('tintype_refusals_total{code="not_found"} 50');
});

test("pool, limits, audit events, images, the release and what waits to be published are exported", async () => {
  const metrics = newMetrics();
  metrics.endsWaiting(() => 7);
  metrics.event("limit_reached", "sign-in of account");
  metrics.event("sign_in", undefined);
  metrics.image("taken", 700);
  const lines = (await metrics.text()).split("\n");
  expect(lines).toEqual(
    expect.arrayContaining([
      'tintype_release{release="0123456789ab"} 1',
      "tintype_database_connections_lent 3",
      "tintype_database_waiting 2",
      "tintype_session_ends_waiting 7",
      'tintype_limits_reached_total{limit="sign-in of account"} 1',
      'tintype_security_events_total{event="sign_in"} 1',
      'tintype_image_intake_seconds_bucket{le="0.5",outcome="taken"} 0',
      'tintype_image_intake_seconds_bucket{le="1",outcome="taken"} 1',
    ]),
  );
});

test("the process itself is measured if that is enabled", async () => {
  expect(await newMetrics().text()).not.toContain("process_resident_memory_bytes");
  expect(await newMetrics(true).text()).toContain("process_resident_memory_bytes");
});
