import { distance } from "../format/dates.ts";
import { productName } from "../product.ts";

const internal = "Something went wrong on our side. Try again in a minute.";
const ended = "Your session has ended. Sign in again.";

/** The message for each error code, the server's and ours: what is wrong and what to do. */
const messages: Record<string, string> = {
  animated_png: "This is an animated PNG, which cannot be processed. Save it as GIF or animated WebP.",
  another_account: "You have signed in with another account in the meantime. Nothing has changed.",
  avif_sequence: "This is an animated AVIF, which cannot be processed. Save it as GIF or animated WebP.",
  bad_code: "This code is wrong or no longer valid. Check it, or ask for another one.",
  bad_credentials: "The email or the password is wrong. Check both and try again.",
  cancelled: "Cancelled: nothing has changed.",
  challenge_over: "This sign-in took too long or had too many wrong codes. Enter your password again.",
  damaged_image: "This picture cannot be read: it is damaged or cut off. Choose another one.",
  deep_avif:
    "This AVIF has more than 8 bits a colour, which cannot be processed. Save it with 8 bits, or as JPEG or PNG.",
  email_taken: "This email address already has an account. Sign in, or use another address.",
  empty_image: "This file is empty. Choose another one.",
  enrolment_over: "This setup took longer than 10 minutes. Start again: the app then needs the new key.",
  enrolment_replaced:
    "A setup that was started later has replaced this one. Start again, and remove the key of this one from your app.",
  headers_too_large: "Your browser sent too many cookies. Delete the cookies of this site, then try again.",
  image_dimensions:
    "This picture is too large to process: over 50 megapixels, 16,384 pixels a side or 200 frames, or fewer in a format that needs more memory. Choose a smaller one.",
  image_too_large: "This picture is larger than 10 MB. Choose a smaller one.",
  identity_taken: "That sign-in belongs to another account here. Remove it there first.",
  in_bin: "This project is in the bin. Restore it to change it.",
  internal,
  invalid_input: "Something in the form is not right. Check it and try again.",
  json_required: "This page is out of date. Reload it and try again.",
  last_way_in: "This is the only way into your account. Set a password first, or add another site.",
  malformed_request: "The server did not understand the form. Reload the page and try again.",
  media_gone: "This file no longer exists. Choose another one.",
  media_in_use: "A project uses this file. Remove it there first.",
  media_too_large: "This file is larger than 200 MB. Choose a smaller one.",
  not_confirmed: "This address is not confirmed yet. Enter the code that confirms it.",
  not_found: "This no longer exists. Reload the page to see what has changed.",
  not_signed_in: ended,
  notes_missing: "This text is missing in storage. Ask the operator of this site.",
  notes_too_large: "These notes are longer than the server takes (1 MB). Move some to another project.",
  not_uploaded: "This file was not fully uploaded. Try again.",
  number_taken: "Other accounts use this number. Take another one.",
  passkey_cancelled:
    "No passkey was used: it was cancelled, took too long, or there is none for this site. Try again.",
  passkey_ended: "This took too long, or was answered in another tab or browser. Try again.",
  passkey_failed: "The passkey could not be used. Try again, or use another one.",
  passkey_present: "This device has a passkey of your account already.",
  passkey_refused: "This passkey was not accepted. Try again, or sign in another way.",
  passkey_taken: "This passkey belongs to an account already.",
  passkey_unknown:
    "This passkey was removed from its account here. Use another way, and remove it from your device.",
  passkeys_off: "Passkeys need a site with a domain and HTTPS.",
  quota_exceeded: "Your account is full. Delete pictures, projects or files, in the bin too, then try again.",
  refresh_overtaken: "Your session is being renewed in another tab. Try again in a moment.",
  request_too_large: "This is more than the server takes. Shorten it and try again.",
  session_ended: ended,
  stale_version: "This was changed elsewhere in the meantime. Reload the page to see it.",
  step_up_required: "Confirm that it is you, then try again.",
  timeout: `${productName} is taking too long to answer. Try again in a minute.`,
  title_taken: "Another project has this title. Choose another one, or rename that project first.",
  text_not_sent: "The message could not be sent. Use another way, or try again in a minute.",
  "text_not_sent opted_out": "This number refuses our messages. Use another way.",
  too_many_requests: "Too many attempts. Wait a minute, then try again.",
  unavailable: `${productName} is not available right now. Try again in a minute.`,
  unprocessable_image: "This kind of picture cannot be processed. Save it as an ordinary JPEG or PNG.",
  unreachable: `${productName} cannot be reached. Check your connection, then try again.`,
  unreadable_image: "This file cannot be read. Choose it again, or choose another one.",
  unsupported_image: "This file is not a JPEG, PNG, GIF, WebP or AVIF picture. Choose another one.",
  unsupported_media: "This is no audio, video or PDF file that can be played here. Choose another one.",
  upload_ended: "This picture has to be sent again. Try again.",
  upload_refused: "This file could not be stored. Try again.",
  wrong_code: "This code is wrong or was used before. Check it, or enter the next one.",
  "wrong_code clock":
    "This code belongs to another time. Set the clock of your phone to automatic, then enter the next code.",
  wrong_password: "This is not your password. Check it and try again.",
};

/** The message for `code`, else `fallback`, else the one for a fault of ours. */
export function messageFor(code: string, fallback: string = internal): string {
  return messages[code] ?? fallback;
}

/** The message for too many requests, if the server returned how many seconds to wait. */
export function waitMessage(seconds: number): string {
  return `Too many attempts. Try again ${distance(seconds)}.`;
}
