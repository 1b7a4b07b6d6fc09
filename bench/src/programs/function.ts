import { loop } from "./parts/loop.ts";

type Handler = (event: object, context: object) => Promise<{ readonly statusCode: number }>;

const { HANDLER_FILE, EVENT } = process.env as Record<string, string>;
const loaded = import(HANDLER_FILE!) as Promise<{ readonly handler: Handler }>;
const event = JSON.parse(EVENT!) as object;

loop(async () => {
  const { handler } = await loaded;
  const { statusCode } = await handler(event, {});
  if (statusCode !== 200) throw new Error(`the function answered ${statusCode}`);
  return 1;
});
