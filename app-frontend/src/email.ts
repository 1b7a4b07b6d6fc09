/** Whether two addresses are of one account, as the server compares them. */
export function isSameEmail(one: string, other: string): boolean {
  return comparable(one) === comparable(other);
}

function comparable(email: string): string {
  return email.trim().normalize("NFC").toLowerCase().normalize("NFC");
}
