import type { StackName } from "../src/settings.ts";

/** What follows a deployment's name in that of its folder. No name has a dot; `ec2` was there before there were stacks. */
export const folderSuffix = (stack: StackName) => (stack === "ec2" ? "" : `.${stack}`);
