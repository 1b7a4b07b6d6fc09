/** Tags of everything that belongs to a deployment. */
export const ownTags = (deployment: string) => ({ Project: "tintype", Deployment: deployment });
