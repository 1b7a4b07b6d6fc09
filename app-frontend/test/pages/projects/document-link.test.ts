import { expect, it } from "@jest/globals";
import { renewalMs } from "../../../src/pages/projects/document-link.tsx";

const minuteMs = 60_000;
const at = Date.parse("2026-03-03T12:00:00Z");

it.each([
  ["is right", 0, 59 * minuteMs],
  ["is two hours ahead", 120 * minuteMs, minuteMs],
  ["is a month behind", -30 * 24 * 60 * minuteMs, 60 * minuteMs],
])(
  "PRJ-44 the URL of a PDF is renewed in time if the clock %s, and never in a loop",
  (_what, offMs, expected) => {
    expect(renewalMs(new Date(at + 60 * minuteMs).toISOString(), at + offMs)).toBe(expected);
  },
);
