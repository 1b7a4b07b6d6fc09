/** The object that holds a deployment's state, in a bucket that may hold those of others. */
export const stateKey = (name: string, stack = "ec2") =>
  stack === "ec2" ? `tintype/${name}/terraform.tfstate` : `tintype/${name}/${stack}/terraform.tfstate`;
