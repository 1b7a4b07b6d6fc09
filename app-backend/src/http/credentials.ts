import { z } from "zod";
import { isEmail, tidyEmail } from "../domain/email.ts";
import { maxPasswordLength, passwordFault } from "../domain/password.ts";

const text = z.string("must be text").max(maxPasswordLength, "is too long");

/** What registration asks for: here the rules for new addresses and passwords apply. */
export const registration = z.object({
  email: text.transform(tidyEmail).refine(isEmail, "is not an email address"),
  password: text.superRefine((password, context) => {
    const message = passwordFault(password);
    if (message) context.addIssue({ code: "custom", message });
  }),
});

/** What signing in asks for: any text will do, it is right or it is not. */
export const credentials = z.object({ email: text, password: text });
