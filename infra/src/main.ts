import { App } from "cdktf";
import { readServerlessSettings, readSettings, readStackName } from "./settings.ts";

const app = new App();
const env = process.env;
// One of them is loaded: their bindings take longer to load than a stack to synthesize.
if (readStackName(env) === "serverless") {
  const { ServerlessStack } = await import("./stacks/serverless.ts");
  new ServerlessStack(app, "serverless", readServerlessSettings(env));
} else {
  const { Ec2Stack } = await import("./stacks/ec2.ts");
  new Ec2Stack(app, "ec2", readSettings(env));
}
app.synth();
