import { expect, it } from "@jest/globals";
import { playerAction } from "../../../src/pages/projects/keys.ts";

const press = (key: string, code: string, ...held: string[]) => ({
  key,
  code,
  altKey: held.includes("alt"),
  ctrlKey: held.includes("ctrl"),
  metaKey: held.includes("meta"),
  getModifierState: (name: string) => held.includes(name),
});

it.each([
  ["Alt+J", press("j", "KeyJ", "alt"), "back"],
  ["Alt+K", press("K", "KeyK", "alt"), "toggle"],
  ["Alt+L", press("l", "KeyL", "alt"), "forward"],
  ["Alt+J of Dvorak", press("j", "KeyC", "alt"), "back"],
  ["Alt+J of a Russian layout", press("\u043e", "KeyJ", "alt"), "back"],
  ["J alone", press("j", "KeyJ"), undefined],
  ["another letter", press("h", "KeyH", "alt"), undefined],
  ["AltGr+L of a Polish layout", press("\u0142", "KeyL", "alt", "ctrl", "AltGraph"), undefined],
  ["AltGr where it is Alt alone", press("\u0142", "KeyL", "alt", "AltGraph"), undefined],
  ["Ctrl+0", press("0", "Digit0", "ctrl"), undefined],
  ["AltGr+7", press("{", "Digit7", "alt", "ctrl"), undefined],
])("PRJ-29 %s is for the player, or stays what it was", (_name, event, action) => {
  expect(playerAction(event, false)).toBe(action);
});

it("PRJ-29 on macOS, Option types signs, and Control with it is for the player", () => {
  expect(playerAction(press("\u2206", "KeyJ", "alt"), true)).toBeUndefined();
  expect(playerAction(press("\u2206", "KeyJ", "alt", "ctrl"), true)).toBe("back");
});
