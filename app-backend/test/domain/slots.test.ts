import { expect, test } from "@jest/globals";
import { slots } from "../../src/domain/slots.ts";

const never = () => new Promise<never>(() => undefined);

test("USE-01 a place is free again when its work has settled, however it ended", async () => {
  const { hold, taken } = slots({ max: 1, maxOfNetwork: 1 });
  for (let round = 0; round < 50; round += 1) {
    await hold("10.0.0.1", async () => expect(taken()).toBe(1));
    await expect(hold("10.0.0.1", () => Promise.reject(new Error("gone")))).rejects.toThrow("gone");
  }
  expect(taken()).toBe(0);
});

test("USE-03 a network holds its share of the places, and leaves the rest to others", async () => {
  const { hold, taken } = slots({ max: 4, maxOfNetwork: 2 });
  for (const network of ["10.0.0.1", "10.0.0.1", "10.0.0.2"]) void hold(network, never);
  await expect(hold("10.0.0.1", never)).rejects.toMatchObject({
    code: "too_many_requests",
    retryAfterMs: 5_000,
  });
  void hold("10.0.0.3", never);
  await expect(hold("10.0.0.4", never)).rejects.toMatchObject({ code: "unavailable" });
  expect(taken()).toBe(4);
});
