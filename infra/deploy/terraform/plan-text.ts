/** Of what Terraform prints about a plan: what happens to which resource, a line each. */
export function plannedActions(plan: string): string[] {
  const lines = plan.split("\n").filter((line) => /^ {2}# \S+\.\S+ (will|must|is|has) /.test(line));
  return lines.map((line) => line.slice("  # ".length));
}

/** The line that counts them. */
export function planLine(plan: string): string {
  return plan.split("\n").find((line) => line.startsWith("Plan:")) ?? "Plan: only outputs change.";
}

/** How many actions those are; to replace a resource takes two. */
export function actionCount(plan: string): number {
  const counts = planLine(plan).match(/\d+(?= to )/g) ?? [];
  return counts.reduce((sum, count) => sum + Number(count), 0);
}

/** How many of them are done by what an apply has printed so far. */
export function actionsDone(printed: string): number {
  return (printed.match(/: (Creation|Modifications|Destruction) complete/g) ?? []).length;
}
