import { loop } from "./parts/loop.ts";
import { accessToken, tokens } from "./parts/token.ts";

loop(() => {
  const at = new Date();
  for (let i = 0; i < 100; i++) tokens.readAccess(accessToken, at);
  return 100;
});
