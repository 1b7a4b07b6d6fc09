import { expect, test } from "@jest/globals";
import { type Aim, figure, verdict } from "../../src/measure/figure.ts";

const seven = (value: number) => Array<number>(7).fill(value);
const facts = { id: "id", title: "title", unit: "ms", yardstick: "floor" };

interface Rounds {
  readonly subject: number[];
  readonly floor?: number[];
  readonly control?: number[];
}

function verdictOf(aim: Aim, { subject, floor = seven(10), control = floor }: Rounds) {
  return verdict(figure({ ...facts, aim }, { subject, floor, control }));
}

test("an aim for the ratio is met up to its limit, and no further", () => {
  expect(verdictOf({ of: "ratio", atMost: 1.8 }, { subject: seven(18) })).toBe("met");
  expect(verdictOf({ of: "ratio", atMost: 1.8 }, { subject: seven(18.1) })).toBe("missed");
  expect(verdictOf({ of: "ratio", atLeast: 0.7 }, { subject: seven(7) })).toBe("met");
  expect(verdictOf({ of: "ratio", atLeast: 0.7 }, { subject: seven(6.9) })).toBe("missed");
});

test("an aim may be about the value, or about what it is above the yardstick", () => {
  expect(verdictOf({ of: "value", atMost: 50 }, { subject: seven(51) })).toBe("missed");
  expect(verdictOf({ of: "difference", atMost: 60 }, { subject: seven(70) })).toBe("met");
  expect(verdictOf({ of: "difference", atMost: 60 }, { subject: seven(71) })).toBe("missed");
});

test.each([
  ["value", 60, 50, "no verdict"],
  ["value", 60, 10, "missed"],
  ["value", 40, 50, "met"],
  ["ratio", 600, 50, "missed"],
] as const)("a %s of %d ms while others take %d %%: %s", (of, ms, othersPercent, expected) => {
  const rounds = { subject: seven(ms), floor: seven(10), control: seven(10) };
  expect(verdict({ ...figure({ ...facts, aim: { of, atMost: 50 } }, rounds), othersPercent })).toBe(expected);
});

test.each([
  [0.89, "no verdict"],
  [0.91, "met"],
  [1.09, "met"],
  [1.11, "no verdict"],
])("with a control of %d: %s", (control, expected) => {
  const rounds = { subject: seven(10), control: seven(10 * control) };
  expect(verdictOf({ of: "ratio", atMost: 1.8 }, rounds)).toBe(expected);
});

test("six rounds are too few for a verdict", () => {
  const six = seven(10).slice(1);
  expect(verdictOf({ of: "ratio", atMost: 1.8 }, { subject: six, floor: six })).toBe("no verdict");
});

test("one round gone wrong does not decide", () => {
  expect(verdictOf({ of: "ratio", atMost: 1.8 }, { subject: [...seven(15).slice(1), 900] })).toBe("met");
});

test("a count is judged as it is", () => {
  const count = { ...facts, floor: 2, aim: { of: "value", atMost: 2 } } as const;
  expect(verdict({ ...count, value: 2 })).toBe("met");
  expect(verdict({ ...count, value: 2.01 })).toBe("missed");
});

test("without an aim there is nothing to judge", () => {
  const rounds = { subject: seven(1), floor: seven(1), control: seven(1) };
  expect(verdict(figure(facts, rounds))).toBe("none asked");
});
