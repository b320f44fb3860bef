#!/usr/bin/env node
import { constants } from 'node:os';

import { errnoOf } from '../raw-device.ts';
import { Mutations } from '../mutations.ts';
import { killTools } from '../run.ts';
import { run } from './run.ts';
import { Terminal } from './terminal.ts';

const mutations = new Mutations();
const ended = new AbortController();

/** A change that is being made is finished, or undone, first. */
function end(status: number): void {
  ended.abort();
  const leave = (): void => {
    killTools();
    process.exit(status);
  };
  // The verb that made the change may still have to say how far it came.
  mutations.idle().then(() => setImmediate(leave), leave);
}

// What reads the output went away, as `head` does when it has enough.
process.stdout.on('error', (thrown) => end(errnoOf(thrown) === 'EPIPE' ? 0 : 1));
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
  process.once(signal, () => end(128 + constants.signals[signal]));
}

const terminal = new Terminal({
  input: process.stdin,
  output: process.stdout,
  error: process.stderr,
  environment: process.env,
});
run(process.argv.slice(2), terminal, mutations, ended.signal).then(
  (status) => {
    // What a slow reader of a pipe has not taken yet would be lost with the process.
    process.stdout.write('', () => {
      if (!ended.signal.aborted) end(status);
    });
  },
  (thrown: unknown) => {
    process.stderr.write(`dm-remap: ${String(thrown)}\n`);
    end(1);
  },
);
