import { randomBytes } from "node:crypto";
import { expect } from "@jest/globals";
import { paths, type Person } from "./pages.ts";
import type { PickedFile } from "./picked-file.ts";

export function newPerson(picture: PickedFile): Person {
  const id = randomBytes(6).toString("hex");
  return { email: `ada.${id}@example.org`, password: `silver and light ${id}`, picture };
}

/** What the owner of an account must see. */
export function ownPage({ email }: Person) {
  return { path: paths.account, email, src: expect.stringMatching(/^https?:/), loaded: true };
}
