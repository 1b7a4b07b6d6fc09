import { command } from "../../cli/user-error.ts";
import { run } from "../verbs.ts";

await command(() => run("reset-factor"));
