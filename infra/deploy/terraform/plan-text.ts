/** Of what Terraform prints about a plan: what happens to which resource, a line each. */
export function plannedActions(plan: string): string[] {
  const lines = plan.split("\n").filter((line) => /^ {2}# \S+\.\S+ (will|must|is|has) /.test(line));
  return lines.map((line) => line.slice("  # ".length));
}

/** What Terraform prints of each resource, with its action in the first line. */
export const resourcesOf = (plan: string): string[] => plan.split(/^(?= {2}# \S+\.\S+ )/m);

/** As `plannedActions`, with the names of the arguments that differ where a resource is changed. */
export function plannedChanges(plan: string): string[] {
  return resourcesOf(plan).flatMap((part) => {
    const [action] = plannedActions(part);
    if (action === undefined) return [];
    const names = [...part.matchAll(/^ {6}[~+-] (?:"([^"]+)"|(\w+))(?!.*\(known after apply\)$)/gm)].map(
      ([, quoted, word]) => quoted ?? word,
    );
    const isChanged = action.endsWith(" will be updated in-place");
    return isChanged && names.length > 0 ? [`${action}: ${[...new Set(names)].join(", ")}`] : [action];
  });
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
