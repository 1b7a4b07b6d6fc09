/** Whether an event is the question of a deploy if a new version, which serves no one yet, can work. */
export const isTrial = (event: unknown): boolean =>
  typeof event === "object" && event !== null && "trial" in event && event.trial === true;
