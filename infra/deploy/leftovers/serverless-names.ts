const alarmIds = [
  "api-errors",
  "api-throttles",
  "api-duration",
  "images-errors",
  "images-throttles",
  "jobs-errors",
  "jobs-missing",
  "refused-sign-ins",
  "unsent-mail",
  "table-throttles",
];

/** Names that the stack gives, each by its kind. A name of a deployment `dev-2` begins as those of `dev` do: they are compared whole. */
export function namesOf(name: string) {
  const own = (...parts: string[]) => parts.map((part) => `tintype-${name}-${part}`);
  const functions = own("api", "images", "jobs");
  return {
    functions,
    tables: own("records", "expiring"),
    rules: own("remove-abandoned", "integrity"),
    alarms: own(...alarmIds),
    parameters: ["access-token", "refresh-token", "edge-proof", "factors"].map(
      (secret) => `/tintype/${name}/${secret}`,
    ),
    logGroups: [...functions.map((one) => `/aws/lambda/${one}`), `/aws/apigateway/tintype-${name}`],
    edgeFunctions: own("pages", "proof"),
    edgeLogGroups: own("pages", "proof").map((one) => `/aws/cloudfront/function/${one}`),
    accessControls: own("site"),
    headersPolicies: own("site", "api"),
    /** Of the user pool, the HTTP API and the key value store. */
    alone: [`tintype-${name}`],
    comment: `tintype ${name}`,
  };
}
