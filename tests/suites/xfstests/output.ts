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

/** The first line that was not expected, or what `check` says of the end. */
function reasonIn(lines: readonly string[], test: string): string {
  const head = lines.find((line) => line.startsWith(`${test} `)) ?? '';
  const said = /(\[failed.*|- output mismatch|_check_\w+: .*)/.exec(head)?.[1]?.replace(/ \(see .*$/, '') ?? 'failed';
  const differs = lines.filter((line) => /^\s+[-+](?![-+]{2} )/.test(line)).map((line) => line.trim());
  const added = differs.find((line) => line.startsWith('+')) ?? differs[0];
  return `${said}${added === undefined ? '' : `: ${added}`}`.slice(0, SHOWN);
}

function lastWords(lines: readonly string[]): string {
  const said = lines.filter((line) => line.trim() !== '').slice(-3);
  return said.join('; ').slice(-SHOWN);
}
