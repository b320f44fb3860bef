import { expect, it } from 'vitest';

import { readPlaywright, readVitest } from './results.ts';

it('counts a file that failed to load as a failure', () => {
  const report = { numPassedTests: 2, numFailedTests: 0, numPendingTests: 1, numTodoTests: 1, numFailedTestSuites: 1 };
  expect(readVitest(JSON.stringify(report))).toEqual({ passed: 2, failed: 1, skipped: 2 });
});

it('counts a test that passed only when repeated as a failure', () => {
  const report = { stats: { expected: 3, unexpected: 1, flaky: 1, skipped: 2 } };
  expect(readPlaywright(JSON.stringify(report))).toEqual({ passed: 3, failed: 2, skipped: 2 });
});
