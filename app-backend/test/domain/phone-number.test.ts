import { expect, test } from "@jest/globals";
import { phoneNumberOf } from "../../src/domain/phone-number.ts";
import { messagesFor, monthOf, ofCountry, ofMonth } from "../../src/domain/text-message.ts";

const range = (entry: string) => ({ prefix: entry.slice(1), isServed: entry.startsWith("+") });
const ranges = ["+49", "-49900", "+1", "-1876", "+18765"].map(range);

test.each([
  "+49 176 1234567",
  "+49 (0) 176 / 123-45.67",
  "0049 176 1234567",
  "＋４９１７６１２３４５６７",
  "+٤٩١٧٦١٢٣٤٥٦٧",
  "\u202a+49\u00a0176\u20111234567\u202c",
])("SMS-02 %s is the one form of its number", (typed) => {
  expect(phoneNumberOf(typed, ranges)).toEqual({ number: "+491761234567", country: "49" });
});

test.each([
  ["0176 1234567", /begin with \+/],
  ["+49 0176 1234567", /leave it out/],
  ["+49 900 1234567", /numbers with \+49, \+1, \+18765 do/],
  ["+1 876 4234567", /gets no messages/],
  ["+43 660 1234567", /gets no messages/],
  ["+49 12", /not a phone number/],
  ["+49 1761 2345 6789 0123", /not a phone number/],
  ["+49 176 CALL ME", /not a phone number/],
  ["", /begin with \+/],
])("SMS-01 %s gets no messages", (typed, fault) => {
  expect(phoneNumberOf(typed, ranges)).toMatch(fault);
});

test("SMS-01 the longest beginning counts", () => {
  expect(phoneNumberOf("+1 876 512 3456", ranges)).toEqual({ number: "+18765123456", country: "18765" });
});

test("SMS-01 a month's dollars are a number of messages, of which one country gets a fifth in a day", () => {
  expect([1, 2, 10, 99_999].map(messagesFor)).toEqual([5, 10, 50, 499_995]);
  expect([5, 50].map((count) => [ofCountry(count).free, ofMonth(count).free])).toEqual([
    [1, 5],
    [10, 50],
  ]);
  const [lastOfMonth, first] = ["2026-01-31T23:59:59.999Z", "2026-02-01T00:00:00.000Z"].map((text) =>
    monthOf(new Date(text)),
  );
  expect([lastOfMonth, first]).toEqual(["2026-01", "2026-02"]);
});
