import type { StackName } from "../src/settings.ts";
import type { Target } from "./target.ts";

// Loaded when they are needed: each brings the clients of its services.
const targets: Record<StackName, () => Promise<Target>> = {
  ec2: async () => (await import("./ec2/target.ts")).ec2,
  serverless: async () => (await import("./serverless/target.ts")).serverless,
};

export const targetOf = ({ stack }: { readonly stack: StackName }): Promise<Target> => targets[stack]();
