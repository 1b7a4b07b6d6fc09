import { composeVerifier } from "../../compose/verifier.ts";
import { verifierConfig } from "../../config/verifier.ts";
import { orExit } from "../ec2/or-exit.ts";
import { runService } from "./run-service.ts";

const config = orExit(verifierConfig);
await runService(composeVerifier(config), config);
