import { execFile } from 'node:child_process';
import { release } from 'node:os';

import { exec as elevate } from 'sudo-prompt';

import { appError, type AppError } from '../../../app/errors.ts';
import { moduleBuildCommands } from '../../../app/domain/module.ts';
import { noPkexec } from './exit.ts';

const PACKAGE = 'dm-remap-dkms';
const APT_GET = '/usr/bin/apt-get';
const APT_CACHE = '/usr/bin/apt-cache';
/** What it recommends is wanted: without the kernel's headers nothing would be built. */
const ARGUMENTS = ['install', '--yes', PACKAGE] as const;
/**
 * What runs as root, as sudo-prompt hands it to a shell. It is the same for everybody: nothing that a user, a disk or a
 * page says becomes part of it.
 */
export const COMMAND = `DEBIAN_FRONTEND=noninteractive ${APT_GET} ${ARGUMENTS.join(' ')}`;
/** Building the module takes a minute on a slow computer; fetching its compiler may take many. Milliseconds. */
const LIMIT_MS = 30 * 60_000;

export interface InstallPorts {
  /** Whether the package can be had from this computer's package sources. */
  readonly isOffered: () => Promise<boolean>;
  /** Runs {@link COMMAND} as root after asking for a password. */
  readonly asAdministrator: () => Promise<void>;
  /** Runs the same as this process, which is root. */
  readonly directly: () => Promise<void>;
}

const realPorts: InstallPorts = {
  isOffered: () =>
    run(APT_CACHE, ['show', '--no-all-versions', PACKAGE]).then(
      () => true,
      () => false,
    ),
  asAdministrator: () =>
    new Promise((resolve, reject) => {
      elevate(COMMAND, { name: 'dm-remap Desktop' }, (error, _stdout, stderr) => {
        if (error instanceof Error) reject(new Error(`${error.message}\n${String(stderr ?? '')}`));
        else resolve();
      });
    }),
  directly: () => run(APT_GET, ARGUMENTS),
};

/** Whether the kernel module's package can be installed here. Asks nobody for anything. */
export function offersModule(ports: Pick<InstallPorts, 'isOffered'> = realPorts): Promise<boolean> {
  return ports.isOffered();
}

/** Installs the kernel module's package. Nobody is asked for a password when there is no such package to install. */
export async function installModule(isRoot: boolean, ports: InstallPorts = realPorts): Promise<void> {
  if (!(await ports.isOffered())) {
    throw appError(
      'module-missing',
      `This computer's package sources do not offer the package ${PACKAGE}.`,
      `Build the module in the folder of the source instead: ${moduleBuildCommands(release()).join('; ')}`,
    );
  }
  try {
    await (isRoot ? ports.directly() : ports.asAdministrator());
  } catch (thrown) {
    throw installError(thrown instanceof Error ? thrown.message : String(thrown));
  }
}

/** sudo-prompt tells its failures apart by their words alone. */
export function installError(words: string): AppError {
  if (words.startsWith('User did not grant permission')) {
    return appError(
      'permission-refused',
      'You did not give administrator rights, so the kernel module was not installed.',
      'Try again and enter the password of an administrator.',
    );
  }
  if (words.startsWith('No polkit authentication agent found')) {
    return appError(
      'permission-unavailable',
      'This session has no way to ask you for an administrator password.',
      `Install the package in a terminal instead: sudo apt install ${PACKAGE}`,
    );
  }
  if (words.startsWith('Unable to find pkexec')) return noPkexec(words);
  if (/Could not get lock|is another process using it/.test(words)) {
    return appError(
      'busy',
      'Another program is installing packages on this computer.',
      'Wait until it is finished, then try again.',
      words.slice(0, 20_000),
    );
  }
  if (/Temporary failure resolving|Failed to fetch|Could not resolve/.test(words)) {
    return appError(
      'tool-failed',
      'The package of the kernel module could not be fetched.',
      'See that this computer reaches its package sources, then try again.',
      words.slice(0, 20_000),
    );
  }
  return appError(
    'tool-failed',
    'The kernel module could not be installed.',
    `Look at the details, or try it in a terminal: sudo apt install ${PACKAGE}`,
    words.slice(0, 20_000),
  );
}

function run(file: string, args: readonly string[]): Promise<void> {
  const env = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LANG: 'C.UTF-8', DEBIAN_FRONTEND: 'noninteractive' };
  return new Promise((resolve, reject) => {
    execFile(file, [...args], { env, timeout: LIMIT_MS, maxBuffer: 64 * 1024 * 1024 }, (error, _stdout, stderr) => {
      if (error === null) resolve();
      else reject(new Error(`${error.message}\n${stderr}`));
    });
  });
}
