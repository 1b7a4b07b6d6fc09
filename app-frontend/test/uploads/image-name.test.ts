import { describe, expect, it } from "@jest/globals";
import { imageName } from "../../src/uploads/image-name.ts";

const england = "\u{1f3f4}\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}";

describe("imageName", () => {
  it.each([
    ["hills.jpg", "hills.jpg"],
    ["  hills\u0000\u200b.jpg\n", "hills.jpg"],
    ["e\u0301te\u0301.png", "\u00e9t\u00e9.png"],
    ["\u202e", "picture"],
    ["x".repeat(300), "x".repeat(255)],
    [`${"x".repeat(254)}\u{1f5bc}`, "x".repeat(254)],
    [`${"x".repeat(250)}${england}`, `${"x".repeat(250)}\u{1f3f4}`],
    ["\u202egpj.exe", "gpj.exe"],
    ["\u200c\u200d \u3164", "picture"],
  ])("makes of %j what the server takes", (name, taken) => {
    expect(imageName(name)).toBe(taken);
  });
});
