import { homedir } from 'node:os';
import { join } from 'node:path';

import { Broker } from '../broker/broker.ts';
import { makeConnectors } from '../connections/index.ts';
import { historyPath } from '../history/paths.ts';
import { SqliteHistory } from '../history/store.ts';
import { logPath, openLog } from '../log.ts';
import { version } from '../version.ts';
import { readArguments, usage } from './arguments.ts';
import { canOpenBrowser, openBrowser, writeLeadingPage, type LeadingPage } from './browser.ts';
import { startWebHost, type WebHost, type WebHostOptions } from './host.ts';

/** How long ending may take before the process ends all the same, in milliseconds: a lab has to be shut down. */
const ENDS_WITHIN_MS = 40_000;
/** Folder of everything built: this file is bundled to `dist/web/host.mjs`. */
const built = join(import.meta.dirname, '..');

function fail(sentence: string, code: number): never {
  console.error(sentence);
  process.exit(code);
}

function wasTaken(thrown: unknown): boolean {
  return thrown instanceof Error && 'code' in thrown && (thrown.code === 'EADDRINUSE' || thrown.code === 'EACCES');
}

async function listen(options: WebHostOptions): Promise<WebHost> {
  try {
    return await startWebHost(options);
  } catch (thrown) {
    if (wasTaken(thrown))
      fail(`Port ${options.port} cannot be used here. Choose another with --port, or leave it out.`, 1);
    throw thrown;
  }
}

async function main(): Promise<void> {
  const wanted = readArguments(process.argv.slice(2));
  if ('problem' in wanted) fail(`${wanted.problem}\n${usage}`, 2);
  if (wanted.help) {
    console.log(usage);
    return;
  }
  const isRoot = process.getuid?.() === 0;
  if (isRoot && !wanted.allowRoot) {
    fail('This program does not run as root unless told to. Run it as yourself, or add --allow-root.', 2);
  }
  if (isRoot) console.log('Running as root: disks of this computer can be changed without asking for a password.');

  const logFile = logPath('browser-host');
  const log = openLog(logFile);
  const connectors = makeConnectors({ folder: join(built, '..'), node: process.execPath, isRoot });
  const broker = new Broker({
    host: 'web',
    version,
    connectors,
    log,
    openHistory: (connection) => new SqliteHistory({ path: historyPath(connection), log }),
  });
  let leading: LeadingPage | null = null;
  const onLogin = (): void => {
    console.log(`${new Date().toLocaleTimeString()}: a browser logged in. If it was not yours, end this with Ctrl+C.`);
    void leading?.remove();
  };
  const host = await listen({ broker, pageFolder: join(built, 'renderer'), port: wanted.port, log, onLogin });

  const tellAddress = (): string => {
    const url = host.newLoginUrl();
    console.log(`Open this address in your browser, once:\n  ${url}`);
    return url;
  };
  const url = tellAddress();
  console.log(`Log: ${logFile}`);
  if (process.stdin.isTTY) {
    console.log('Enter: a fresh address. Ctrl+C: end.');
    process.stdin.on('data', tellAddress);
  }
  if (wanted.open && canOpenBrowser(process.env, isRoot)) {
    // A home that cannot be written leaves the address in the terminal.
    leading = await writeLeadingPage(homedir(), url).catch(() => null);
    if (leading !== null) openBrowser(leading.path);
  }
  if (wanted.lab) broker.open('lab');

  let ending = false;
  const end = async (): Promise<void> => {
    // A terminal sends the signal to the whole group and a parent passes it on, so it may well come twice.
    if (ending) return;
    ending = true;
    console.log('Ending…');
    setTimeout(
      () => fail('The lab or the helper did not end in time. They were left alone.', 1),
      ENDS_WITHIN_MS,
    ).unref();
    await leading?.remove();
    await host.close();
    await broker.close();
    process.exit(0);
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void end());
}

await main();
