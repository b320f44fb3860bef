/** How a test of xfstests ended. */
export interface TestEnd {
  readonly result: 'passed' | 'failed' | 'not run';
  /** Why it was not run, or what differed; empty for one that passed. */
  readonly note: string;
}

/** Words of a failure that are shown in one line. */
const SHOWN = 160;

/**
 * Reads what `check` printed of one test. It names those not run in `Not run:` and those that failed in `Failures:`; only
 * a test that it names in `Ran:` and nowhere else passed.
 */
export function readCheck(test: string, output: string): TestEnd {
  const lines = output.split('\n');
  const listed = (label: string): boolean =>
    lines.some(
      (line) =>
        line.startsWith(`${label}: `) &&
        line
          .slice(label.length + 1)
          .split(/\s+/)
          .includes(test),
    );
  if (listed('Failures')) return { result: 'failed', note: reasonIn(lines, test) };
  if (listed('Not run')) {
    const line = lines.find((text) => text.startsWith(`${test} `) && text.includes('[not run]')) ?? '';
    return { result: 'not run', note: line.replace(/^.*\[not run\]\s*/, '').trim() };
  }
  if (listed('Ran') && lines.includes('Passed all 1 tests')) return { result: 'passed', note: '' };
  return { result: 'failed', note: `no result: ${lastWords(lines)}` };
}

/** How the test ended or what its file system was found to be, with the first line that was not expected. */
function reasonIn(lines: readonly string[], test: string): string {
  const head = lines.find((line) => line.startsWith(`${test} `)) ?? '';
  const ended = /\[failed.*|- output mismatch/.exec(head)?.[0].replace(/ \(see .*$/, '');
  const found = lines.find((line) => /^_check_\w+: /.test(line));
  const differs = lines.filter((line) => /^\s+[-+](?![-+]{2} )/.test(line)).map((line) => line.trim());
  const added = differs.find((line) => line.startsWith('+')) ?? differs[0];
  const said = [ended, found, added].filter((words) => words !== undefined);
  return (said.length === 0 ? 'failed' : said.join(': ')).slice(0, SHOWN);
}

function lastWords(lines: readonly string[]): string {
  const said = lines.filter((line) => line.trim() !== '').slice(-3);
  return said.join('; ').slice(-SHOWN);
}
