import TestSequencer from "@jest/test-sequencer";

/**
 * Short files of tests that take minutes: contract suites of many rounds, races and tests of memory. Jest starts with the
 * longest files unless it has run them before, and would wait for these at the end.
 */
const slow =
  /\/(?:adapters\/(?:dynamodb|mysql)\/contract|adapters\/sharp\/memory|http\/(?:access|images)|guesses|database-rights)\./;

/** They wait for the tests of others that measure, so that a process which took them first would do nothing. */
const waiting = /\/e2e\/(?:ec2\/https|services\/)/;

export default class extends TestSequencer {
  sort(tests) {
    const rank = ({ path }) => (slow.test(path) ? 0 : waiting.test(path) ? 2 : 1);
    return super.sort(tests).toSorted((one, other) => rank(one) - rank(other));
  }
}
