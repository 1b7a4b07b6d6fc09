import { expect, jest, test } from "@jest/globals";
import { roundsWithOneWinner } from "../../contract/sessions.ts";
import { openDynamodbStores } from "./stores.ts";
import { endpoints } from "./tables.ts";

// The emulator takes one call after the other.
jest.setTimeout(600_000);

// The mutant: were this to reach 100, the contract's "SESS-05" would prove nothing here.
test("SESS-05 an emulator that is not atomic lets several rotations succeed", async () => {
  const stores = await openDynamodbStores({ at: endpoints.bare });
  try {
    const opened = { ...stores, port: stores.sessions };
    expect(await roundsWithOneWinner(opened, stores.sessions.rotate)).toBeLessThan(100);
  } finally {
    await stores.close();
  }
});
