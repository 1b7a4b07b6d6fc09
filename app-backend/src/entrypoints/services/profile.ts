import { composeProfile } from "../../compose/profile-service.ts";
import { profileConfig } from "../../config/services.ts";
import { orExit } from "../ec2/or-exit.ts";
import { runService } from "./run-service.ts";

const config = orExit(profileConfig);
await runService(composeProfile(config), config);
