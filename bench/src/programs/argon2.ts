import { verify } from "@node-rs/argon2";
import { loop } from "./parts/loop.ts";

// A hash names its parameters: one that the application stored makes them the same by itself.
const { HASH, PASSWORD, AT_ONCE } = process.env as Record<string, string>;
const password = Buffer.from(PASSWORD!);

loop(async () => {
  if (!(await verify(HASH!, password))) throw new Error("the hash is of another password");
  return 1;
}, Number(AT_ONCE));
