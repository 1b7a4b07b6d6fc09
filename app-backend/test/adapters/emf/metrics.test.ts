import { expect, test } from "@jest/globals";
import { emfMetrics } from "../../../src/adapters/emf/metrics.ts";

function written(measure: (metrics: ReturnType<typeof emfMetrics>) => void) {
  const lines: object[] = [];
  const now = () => new Date(1_700_000_000_000);
  measure(emfMetrics({ namespace: "Tintype/dev", write: (line) => lines.push(line), now }));
  return lines as Record<string, unknown>[];
}

const request = { method: "GET", route: "/api/images", ms: 12 };

test("a request is one line that CloudWatch understands", () => {
  expect(written(({ request: count }) => count({ ...request, status: 200 }))).toEqual([
    {
      _aws: {
        Timestamp: 1_700_000_000_000,
        CloudWatchMetrics: [
          {
            Namespace: "Tintype/dev",
            Dimensions: [[]],
            Metrics: [
              { Name: "Requests", Unit: "Count" },
              { Name: "RequestMs", Unit: "Milliseconds" },
            ],
          },
        ],
      },
      Requests: 1,
      RequestMs: 12,
    },
  ]);
});

test.each([
  [500, { Bugs: 1 }],
  [503, { Unavailable: 1 }],
  [404, { Refusals: 1 }],
])("a request that ends in %i is counted as that", (status, counted) => {
  expect(written(({ request: count }) => count({ ...request, status }))[0]).toMatchObject(counted);
});

test("SLS-78 the metrics of the alarms have no dimension, and names are few", () => {
  const lines = written((metrics) => {
    metrics.event("sign_in_failed", undefined);
    metrics.event("limit_reached", "sign-in of account");
    metrics.event("refresh_reused", undefined);
    metrics.event("sign_in", undefined);
    metrics.image("taken", 400);
    metrics.image("refused", 4);
    metrics.unsentMail();
    for (const status of [200, 400, 500, 503]) metrics.request({ ...request, status });
  });
  const names = lines.flatMap((line) => Object.keys(line).filter((name) => name !== "_aws"));
  expect(names).toEqual(expect.arrayContaining(["RefusedSignIns", "UnsentMail"]));
  expect(new Set(names).size).toBeLessThanOrEqual(12);
});
