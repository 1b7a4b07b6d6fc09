/** A policy document of IAM with these statements. */
export function policyDocument(...statements: readonly object[]): string {
  return JSON.stringify({ Version: "2012-10-17", Statement: statements });
}
