/** What people call this site: in mails and the API's description. No password may be little more than it. */
export const productName = "Tintype";
