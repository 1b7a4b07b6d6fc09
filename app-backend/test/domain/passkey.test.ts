import { expect, test } from "@jest/globals";
import { counts, relyingPartyOf } from "../../src/domain/passkey.ts";

test.each([
  ["https://tintype.example", "tintype.example"],
  ["https://photos.tintype.example:8443", "photos.tintype.example"],
  ["http://localhost:5173", "localhost"],
  ["http://tintype.example", undefined],
  ["https://203.0.113.7", undefined],
  ["https://[2001:db8::1]", undefined],
  ["http://127.0.0.1:5173", undefined],
])("PKY-06 passkeys are for the host of a main origin that browsers have them on: %s", (origin, id) => {
  expect(relyingPartyOf(origin)).toEqual(id === undefined ? undefined : { id, origin });
});

test("PKY-05 a counter may follow a lower one, and 0 may follow 0", () => {
  expect([counts(5, 6), counts(0, 0), counts(0, 1)]).toEqual([true, true, true]);
  expect([counts(5, 5), counts(5, 3), counts(5, 0)]).toEqual([false, false, false]);
});
