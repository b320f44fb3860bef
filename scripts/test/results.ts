import { join } from 'node:path';
import * as z from 'zod';

export interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

/** Arguments with which vitest tells people how it goes, and writes a report for `readVitest`. */
export function reporters(report: string): readonly string[] {
  const retried = join(import.meta.dirname, 'retried-reporter.ts');
  return ['--reporter=default', `--reporter=${retried}`, '--reporter=json', `--outputFile.json=${report}`];
}

const vitestSchema = z.object({
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  numPendingTests: z.number(),
  numTodoTests: z.number(),
  numFailedTestSuites: z.number(),
});

/** Counts of vitest's JSON report. A file that failed outside its tests counts as one failure. */
export function readVitest(text: string): Counts {
  const report = vitestSchema.parse(JSON.parse(text));
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests === 0 && report.numFailedTestSuites > 0 ? 1 : report.numFailedTests,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}

const playwrightSchema = z.object({
  stats: z.object({ expected: z.number(), unexpected: z.number(), flaky: z.number(), skipped: z.number() }),
});

/** Counts of Playwright's JSON report. A test that passed only when tried again has failed. */
export function readPlaywright(text: string): Counts {
  const { stats } = playwrightSchema.parse(JSON.parse(text));
  return { passed: stats.expected, failed: stats.unexpected + stats.flaky, skipped: stats.skipped };
}
