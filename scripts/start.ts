import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { build } from './build.ts';
import { chooseHost } from './start/host.ts';

const root = join(import.meta.dirname, '..');

console.error('… Building what changed');
const made = await build();
console.error(made.length === 0 ? '✓ Nothing to build' : `✓ Built: ${made.join(', ')}`);

const host = await chooseHost({
  electronBinary: join(root, 'node_modules/electron/dist/electron'),
  electronInstaller: join(root, 'node_modules/electron/install.js'),
  exists: existsSync,
  isRoot: process.getuid?.() === 0,
  hasDisplay: (process.env['DISPLAY'] ?? process.env['WAYLAND_DISPLAY'] ?? '') !== '',
});
if (host.kind === 'web' && host.reason !== null) console.error(host.reason);

const [file, args] =
  host.kind === 'electron'
    ? [host.binary, [join(root, 'dist/electron/main.mjs')]]
    : [process.execPath, [join(root, 'dist/web/host.mjs'), ...(process.getuid?.() === 0 ? ['--allow-root'] : [])]];
const child = spawn(file, [...args, ...process.argv.slice(2)], { stdio: 'inherit', cwd: root });
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => child.kill(signal));
child.on('error', (error) => {
  console.error(`The program could not be started: ${error.message}`);
  process.exitCode = 1;
});
child.on('exit', (code, signal) => {
  process.exitCode = code ?? (signal === 'SIGINT' ? 0 : 1);
});
