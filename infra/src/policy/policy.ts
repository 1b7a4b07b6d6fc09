import { readFileSync } from "node:fs";
import type { Control } from "./control.ts";
import { bucketControls } from "./controls/s3.ts";
import { edgeControls } from "./controls/edge.ts";
import { firewallControls } from "./controls/security-groups.ts";
import { functionControls } from "./controls/lambda.ts";
import { hostControls } from "./controls/ec2.ts";
import { identityControls } from "./controls/cognito.ts";
import { rightsControls } from "./controls/iam.ts";
import { secretControls } from "./controls/ssm.ts";
import { tableControls } from "./controls/dynamodb.ts";
import type { Synthesized } from "./synthesized.ts";

/** A control that a resource may break, and why. */
export interface Exception {
  readonly id: string;
  readonly resource: string;
  readonly reason: string;
}

export interface Finding {
  readonly id: string;
  readonly title: string;
  readonly resource: string;
}

export interface Judgement {
  /** Controls that no resource breaks. */
  readonly passed: readonly Control[];
  readonly findings: readonly Finding[];
  readonly excepted: readonly (Finding & Exception)[];
  readonly unused: readonly Exception[];
}

export const controls: readonly Control[] = [
  ...hostControls,
  ...firewallControls,
  ...bucketControls,
  ...rightsControls,
  ...functionControls,
  ...tableControls,
  ...identityControls,
  ...secretControls,
  ...edgeControls,
];

export const exceptions = JSON.parse(
  readFileSync(new URL("exceptions.json", import.meta.url), "utf8"),
) as readonly Exception[];

/** Holds a synthesized stack against all controls. Knows nothing of what synthesized it. */
export function judge(stack: Synthesized, allowed: readonly Exception[] = exceptions): Judgement {
  const found = controls.flatMap((control) => breachesOf(control, stack));
  const exceptionFor = (finding: Finding) =>
    allowed.find(({ id, resource }) => id === finding.id && resource === finding.resource);
  return {
    passed: controls.filter(({ id }) => !found.some((finding) => finding.id === id)),
    findings: found.filter((finding) => exceptionFor(finding) === undefined),
    excepted: found.flatMap((finding) => {
      const exception = exceptionFor(finding);
      return exception === undefined ? [] : [{ ...finding, ...exception }];
    }),
    unused: allowed.filter(
      ({ id, resource }) => !found.some((finding) => finding.id === id && finding.resource === resource),
    ),
  };
}

function breachesOf({ id, title, about, holds }: Control, stack: Synthesized): Finding[] {
  return about(stack)
    .filter((resource) => !holds(resource, stack))
    .map(({ address }) => ({ id, title, resource: address }));
}
