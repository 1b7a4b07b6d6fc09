/** By these tags what belongs to a deployment is told from all else in an account. */
export const ownTags = (deployment: string) => ({ Project: "tintype", Deployment: deployment });
