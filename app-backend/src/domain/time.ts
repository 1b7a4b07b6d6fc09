/** The time `ms` milliseconds after `at`; before it for negative ones. */
export function after(at: Date, ms: number): Date {
  return new Date(at.getTime() + ms);
}
