import { describe } from "@jest/globals";
import { openRedis } from "../../../src/adapters/redis/client.ts";
import { redisRevocations } from "../../../src/adapters/redis/revocations.ts";
import { revocationsContract } from "../../contract/revocations.ts";
import { eventually } from "../../eventually.ts";
import { sharedRedis } from "../../redis.ts";

describe("Redis", () => {
  revocationsContract(async () => {
    const redis = openRedis(sharedRedis(), { onFault: () => undefined });
    const port = redisRevocations(redis);
    await eventually(() =>
      port.state().then(
        () => true,
        () => false,
      ),
    );
    await port.markFilled((await port.state()).run);
    return {
      port,
      raw: {
        async count(text) {
          const [keys] = await redis.send(["KEYS", `*${text}*`]);
          return (keys as string[]).length;
        },
      },
      close: async () => redis.close(),
    };
  });
});
