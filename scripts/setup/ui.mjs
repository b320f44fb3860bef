// What set-up says while it works: one line when a step starts, one when it ends.
import { spawn } from 'node:child_process';

/** A failure of set-up that has a remedy: both are shown, and nothing else. */
export class SetupError extends Error {
  /**
   * @param {string} sentence what is missing or went wrong
   * @param {string} remedy what to do, with the exact command where there is one
   * @param {string} [detail] the failing tool's own last words
   */
  constructor(sentence, remedy, detail) {
    super(sentence);
    this.name = 'SetupError';
    this.remedy = remedy;
    this.detail = detail;
  }
}

export function say(text) {
  process.stderr.write(`${text}\n`);
}

/** Runs `work` between two lines of progress and returns its result. */
export async function step(title, work) {
  const start = Date.now();
  say(`… ${title}`);
  const result = await work();
  say(`✓ ${title} (${((Date.now() - start) / 1000).toFixed(1)} s)`);
  return result;
}

/** Prints why set-up stopped and sets the exit code. */
export function fail(error) {
  process.exitCode = 1;
  if (!(error instanceof SetupError)) {
    say(`✗ Set-up stopped unexpectedly: ${error?.stack ?? error}`);
    return;
  }
  if (error.detail) say(error.detail.trimEnd());
  say(`✗ ${error.message}`);
  say(`  ${error.remedy}`);
}

/**
 * Runs a program to its end. Resolves with its output; rejects with {@link SetupError} carrying the last lines when it
 * fails. With `tty` it talks to the terminal itself (sudo asks for a password).
 */
export function run(file, args, { env = {}, tty = false, sentence, remedy }) {
  return new Promise((resolve, reject) => {
    const stdio = tty ? 'inherit' : ['ignore', 'pipe', 'pipe'];
    const child = spawn(file, args, { stdio, env: { ...process.env, ...env } });
    let output = '';
    const keep = (chunk) => (output = (output + chunk).slice(-200_000));
    child.stdout?.on('data', keep);
    child.stderr?.on('data', keep);
    child.on('error', (error) => reject(new SetupError(sentence, remedy, error.message)));
    child.on('close', (code) => {
      if (code === 0) resolve(output);
      else reject(new SetupError(sentence, remedy, output.split('\n').slice(-25).join('\n')));
    });
  });
}
