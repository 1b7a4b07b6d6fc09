import { z } from "zod";
import { maxLengths } from "../../domain/account.ts";
import { maxPictureLinkLength, pictureLinkFault } from "../../domain/profile.ts";
import {
  canBeSeen,
  cannotBeSeen,
  judgePassword,
  known,
  newEmail,
  newPassword,
  text,
} from "../contract/requests.ts";

/** The name of an account is an email address, as everywhere here. */
export const newCredentials = z
  .object({ username: newEmail, password: newPassword })
  .superRefine(({ username: email, password }, context) => judgePassword({ email, password }, context));

export const credentials = z.object({ username: known, password: known });

export const refreshToken = z.object({ refresh_token: z.string("must be text").max(4096, "is too long") });

const name = (maxLength: number) =>
  text
    .transform((typed) => typed.trim().normalize("NFC"))
    .refine((value) => value.length <= maxLength, `has more than ${maxLength} characters`)
    .refine((value) => value === "" || canBeSeen(value), cannotBeSeen);

/** What is left out is empty, as it was for the clients of the first service. */
export const profile = z.object({
  username: name(maxLengths.username).refine((value) => value !== "", "is empty"),
  first_name: name(maxLengths.firstName).default(""),
  last_name: name(maxLengths.lastName).default(""),
  picture_link: z
    .string("must be text")
    .max(maxPictureLinkLength, "is too long")
    .superRefine((link, context) => {
      const message = pictureLinkFault(link);
      if (message) context.addIssue({ code: "custom", message });
    })
    .default(""),
});
