import { describe, expect, test } from "@jest/globals";
import { hasUnwritable, isBlank } from "../app-backend/src/domain/writing.ts";
import { profile } from "../app-backend/src/http/contract/requests.ts";
import { imageName } from "../app-frontend/src/uploads/image-name.ts";

const england = "\u{1f3f4}\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}";

const written: Record<string, string> = {
  "the flag of England": england,
  "flags beside each other": `${england}${england} \u{1f1eb}\u{1f1f7}`,
  "a mark from right to left": "\u05d0\u05d1\u200f!",
  "a mark from left to right": "C++\u200e \u05d0",
  "the Arabic letter mark": "\u0627\u061c1",
  "an astronaut": "\u{1f469}\u200d\u{1f680}",
  "Persian with a non-joiner": "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
  "Sinhala with a joiner": "\u0dc1\u0dca\u200d\u0dbb\u0dd3",
  "an Arabic sign of numbers": "\u0600\u0661",
  "an emoji with its variation": "\u2764\ufe0f",
  "an emoji of a Unicode to come": "\u{1faff}\u{1f8ff}",
};

const unwritable: Record<string, string> = {
  "an override": "\u202eexe.gpj",
  "an embedding": "a\u202ab",
  "an isolate": "a\u2067b\u2069",
  "a line separator": "a\u2028b",
  "a control": "a\u0007b",
  "a control of C1": "a\u0085b",
  NUL: "a\0b",
  "a zero-width space": "a\u200bb",
  "a soft hyphen": "a\u00adb",
  "a byte order mark within": "a\ufeffb",
  "half a character": "a\ud800b",
  "no character": "a\uffff",
  "tags without a flag": "a\u{e0067}\u{e0062}\u{e007f}",
  "a flag whose tags do not end": england.slice(0, -2),
  "a flag with text hidden behind it": `${england.slice(0, -2)}${"\u{e0061}".repeat(20)}\u{e007f}`,
};

const taken = (username: string) => profile.safeParse({ username });

describe("a name", () => {
  test.each(Object.entries(written))("USE-25 survives the API and the page: %s", (_what, name) => {
    expect(taken(name)).toEqual({ success: true, data: { username: name } });
    expect(imageName(name)).toBe(name);
  });

  test.each(Object.entries(unwritable))(
    "USE-25 is refused by the API, and cleaned by the page: %s",
    (_what, name) => {
      expect(taken(name).success).toBe(false);
      expect(imageName(name)).not.toBe(name);
      expect(taken(imageName(name)).success).toBe(true);
    },
  );

  test.each(["\u200d\u200c", "\u3164", "\u115f\u1160", "\u034f", "\u0301", "\ufe0f"])(
    "USE-25 of which nothing can be seen is none: %j",
    (name) => {
      expect(taken(name).success).toBe(false);
      expect(imageName(name)).toBe("picture");
    },
  );

  test("USE-25 page and API have one rule, for each character that has a meaning", () => {
    const differing: string[] = [];
    for (
      let code = 0;
      code <= 0x10ffff;
      code = code === 0x1ffff ? 0xe0000 : code === 0xe0fff ? 0x10fff0 : code + 1
    ) {
      const name = `a${String.fromCodePoint(code)}b`;
      const isKept = imageName(name) === name.normalize("NFC");
      if (isKept === (hasUnwritable(name) || isBlank(name))) differing.push(code.toString(16));
    }
    expect(differing).toEqual([]);
  });

  test.each([
    ["username", 64],
    ["firstName", 100],
    ["lastName", 100],
  ] as const)("%s has %i characters at most", (field, most) => {
    expect(profile.safeParse({ [field]: "x".repeat(most) }).success).toBe(true);
    expect(profile.safeParse({ [field]: "x".repeat(most + 1) }).success).toBe(false);
  });
});
