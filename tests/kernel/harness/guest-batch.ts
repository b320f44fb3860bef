import type { ExecOutcome } from '../../../lab/index.ts';
import type { KernelLab } from './kernel-lab.ts';

/** What one line came to: of each command that ran for it, and what the module logged meanwhile. */
export interface BatchOutcome {
  readonly steps: readonly ExecOutcome[];
  /** Lines of the kernel's log, all of them. */
  readonly log: readonly string[];
}

/** Lines of one run in the guest; what they answer is held in memory. */
const CHUNK = 100;
const MARK = 'remap-line ';

/**
 * Runs a piece of shell for each line, in few programs, as starting one from outside takes longer than the line. The piece
 * finds the line in `$line` and its own arguments from `$1` on, runs each command through `step`, and has text
 * kept with `show`. Lines hold no newline.
 */
export async function forEachLine(
  kernelLab: KernelLab,
  lines: readonly string[],
  piece: string,
  args: readonly string[],
): Promise<BatchOutcome[]> {
  const script = `
    export DM_DISABLE_UDEV=1
    step() {
      answer=$("$@" 2>&1); code=$?
      printf '\\036%s\\037%s' "$code" "$answer"
    }
    show() { printf '\\0360\\037%s' "$1"; }
    while IFS= read -r line; do
      echo '${MARK}' > /dev/kmsg
      printf '\\035'
      ${piece}
    done`;
  const outcomes: BatchOutcome[] = [];
  for (let first = 0; first < lines.length; first += CHUNK) {
    const part = lines.slice(first, first + CHUNK);
    let stdout = '';
    const log = await kernelLab.logged(async () => {
      const input = part.map((line) => `${line}\n`).join('');
      ({ stdout } = await kernelLab.run('/usr/bin/sh', ['-c', script, 'sh', ...args], { input, timeoutMs: 170_000 }));
    });
    const answers = stdout.split('\u001d').slice(1);
    const logs = log.reduce<string[][]>((found, text) => {
      if (text.includes(MARK)) found.push([]);
      else found.at(-1)?.push(text);
      return found;
    }, []);
    if (answers.length !== part.length || logs.length !== part.length) {
      throw new Error(`${part.length} lines, ${answers.length} answers, ${logs.length} parts of the log`);
    }
    outcomes.push(...answers.map((answer, index) => ({ steps: readSteps(answer), log: logs[index] ?? [] })));
  }
  return outcomes;
}

function readSteps(answer: string): ExecOutcome[] {
  const steps = answer.split('\u001e').slice(1);
  return steps.map((step) => {
    const [code = '', text = ''] = step.split('\u001f');
    return { code: Number(code), signal: null, stdout: text, stderr: text };
  });
}
