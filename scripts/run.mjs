#!/usr/bin/env node
// Entry of `npm start`, `npm test`, `npm run setup` and `npm run lab`. Runs on the system's Node, before anything is
// installed, so it is plain JavaScript without dependencies; everything after it runs on the project's own Node.
import { spawn } from 'node:child_process';

import { aptPackages, ensureApt } from './setup/apt.mjs';
import { ensureNpm, projectNode } from './setup/npm.mjs';
import { fail, SetupError } from './setup/ui.mjs';

const verbs = {
  setup: { packages: [...aptPackages.lab, ...aptPackages.test], script: null },
  start: { packages: aptPackages.lab, script: 'scripts/start.ts' },
  lab: { packages: aptPackages.lab, script: 'lab/cli.ts' },
  test: { packages: [...aptPackages.lab, ...aptPackages.test], script: 'scripts/test.ts' },
};

const [verb, ...rest] = process.argv.slice(2);
const chosen = Object.hasOwn(verbs, verb ?? '') ? verbs[verb] : undefined;

try {
  if (chosen === undefined) {
    throw new SetupError(`There is no command "${verb ?? ''}".`, `Use one of: ${Object.keys(verbs).join(', ')}.`);
  }
  if (process.platform !== 'linux') {
    throw new SetupError('dm-remap Desktop runs on Linux only.', 'Use a Debian or Ubuntu machine.');
  }
  // Both wait for the network most of the time, and neither needs the other.
  const results = await Promise.allSettled([ensureNpm(), ensureApt(chosen.packages)]);
  for (const result of results) if (result.status === 'rejected') throw result.reason;
  if (chosen.script !== null) process.exitCode = await hand(chosen.script, rest);
} catch (error) {
  fail(error);
}

/** Runs a script on the project's Node with this terminal; signals reach it because it shares the process group. */
function hand(script, args) {
  const child = spawn(projectNode(), ['--disable-warning=ExperimentalWarning', script, ...args], { stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code, signal) => resolve(code ?? (signal === 'SIGINT' ? 130 : 1)));
  });
}
