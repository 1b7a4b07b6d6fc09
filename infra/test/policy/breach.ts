import type { Configuration, Resource } from "../synthesize.ts";

/** Breaks one control in a stack that keeps it. */
export type Breach = (stack: Configuration) => void;

export const each = (type: string, change: (resource: Resource) => void): Breach => {
  return ({ resource }) => Object.values(resource[type]!).forEach(change);
};
export const removed =
  (type: string): Breach =>
  ({ resource }) => {
    delete resource[type];
  };
export const added =
  (type: string, body: Resource): Breach =>
  ({ resource }) => {
    resource[type] = { ...resource[type], planted: body };
  };
