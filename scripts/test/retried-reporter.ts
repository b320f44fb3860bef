import type { Reporter, TestCase } from 'vitest/node';

/**
 * Tells why the first attempt failed of a test that passed when it was tried again, which vitest keeps to itself: at the
 * end, where the end of a long output shows it.
 */
export default class RetriedReporter implements Reporter {
  readonly #lines: string[] = [];

  onTestCaseResult(test: TestCase): void {
    if (test.diagnostic()?.flaky !== true) return;
    this.#lines.push(`${test.module.relativeModuleId}: ${test.fullName}`);
    for (const { message, ...rest } of test.result().errors ?? []) {
      const detail = typeof rest['detail'] === 'string' ? rest['detail'] : '';
      this.#lines.push(
        ...`${message}\n${detail}`
          .trim()
          .split('\n')
          .map((line) => `    ${line}`),
      );
    }
  }

  onTestRunEnd(): void {
    if (this.#lines.length === 0) return;
    console.log(['\nPassed only when tried again:', ...this.#lines].join('\n'));
  }
}
