import TestSequencer from "@jest/test-sequencer";

/**
 * Short files of tests that take minutes: contract suites of many rounds, races and tests of memory. Jest starts with the
 * longest files unless it has run them before, and would wait for these at the end.
 */
const slow =
  /\/(?:adapters\/(?:dynamodb|mysql)\/contract|adapters\/sharp\/memory|http\/(?:access|images)|guesses|database-rights)\./;

export default class extends TestSequencer {
  sort(tests) {
    const [first, rest] = [true, false].map((isSlow) =>
      tests.filter(({ path }) => slow.test(path) === isSlow),
    );
    return [...first, ...super.sort(rest)];
  }
}
