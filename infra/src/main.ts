import { App } from "cdktf";
import { readSettings } from "./settings.ts";
import { Ec2Stack } from "./stacks/ec2.ts";

const app = new App();
new Ec2Stack(app, "ec2", readSettings(process.env));
app.synth();
