import { composeLogin } from "../../compose/login-service.ts";
import { loginConfig } from "../../config/services.ts";
import { orExit } from "../ec2/or-exit.ts";
import { runService } from "./run-service.ts";

const purgeEveryMs = 3_600_000;

const config = orExit(loginConfig);
const service = composeLogin(config);
await runService(service, config);
// In a container there is no timer of the system. Of several replicas each may do it.
setInterval(() => {
  service.purge().catch((err: unknown) => service.log.error({ err }, "purge failed"));
}, purgeEveryMs).unref();
