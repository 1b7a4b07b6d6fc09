export type PlayerAction = "back" | "toggle" | "forward";

type Press = Pick<KeyboardEvent, "key" | "code" | "altKey" | "ctrlKey" | "metaKey" | "getModifierState">;

const actions: Record<string, PlayerAction> = { j: "back", k: "toggle", l: "forward" };

/** Alt with J, K or L; on macOS, where Option types signs, Control and Option. AltGr is Ctrl and Alt on many layouts. */
export function playerAction(press: Press, isMac: boolean): PlayerAction | undefined {
  if (!press.altKey || press.metaKey || press.ctrlKey !== isMac || press.getModifierState("AltGraph"))
    return undefined;
  const letter = /^[a-z]$/i.test(press.key) ? press.key : press.code.replace("Key", "");
  return actions[letter.toLowerCase()];
}

export const isMac = () => navigator.platform.startsWith("Mac");

/** How the keys are named on this machine. */
export function keyName(letter: string): string {
  return isMac() ? `Control+Option+${letter}` : `Alt+${letter}`;
}
