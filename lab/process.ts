import { execFile } from 'node:child_process';
import { errorText, LabError, systemCode, throwIfCancelled } from './errors.ts';

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly signal?: AbortSignal | undefined;
  readonly timeoutMs?: number;
  /** How to read the output; `latin1` keeps every byte. */
  readonly encoding?: 'utf8' | 'latin1';
}

export interface RunResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const MAX_OUTPUT_BYTES = 64 * 1024 * 1024;

/** The Debian package that has a tool the lab runs on the host. */
const PACKAGE_OF_TOOL: Readonly<Record<string, string>> = {
  'apt-cache': 'apt',
  'apt-get': 'apt',
  dpkg: 'dpkg',
  'dpkg-deb': 'dpkg',
  make: 'make',
  'mkfs.ext4': 'e2fsprogs',
  xz: 'xz-utils',
};

/**
 * Runs a program of the host to its end and returns its exit code and output. Throws `no-tool` when it is not
 * installed, `cancelled` when the signal fires, `timeout` when it takes too long.
 */
export async function run(file: string, args: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  throwIfCancelled(options.signal);
  // The sbin folders are not on an ordinary user's path on Debian, and hold mkfs.ext4.
  const path = `${process.env['PATH'] ?? ''}:/usr/local/sbin:/usr/sbin:/sbin:/usr/bin:/bin`;
  return new Promise((resolve, reject) => {
    execFile(
      file,
      args,
      {
        cwd: options.cwd,
        env: { ...process.env, LC_ALL: 'C', ...options.env, PATH: path },
        encoding: options.encoding ?? 'utf8',
        maxBuffer: MAX_OUTPUT_BYTES,
        timeout: options.timeoutMs ?? 0,
        ...(options.signal === undefined ? {} : { signal: options.signal }),
      },
      (error, stdout, stderr) => {
        if (error === null) {
          resolve({ code: 0, stdout, stderr });
          return;
        }
        if (options.signal?.aborted === true) {
          reject(new LabError('cancelled', 'The lab was asked to stop while it was starting.'));
        } else if (systemCode(error) === 'ENOENT') {
          const name = PACKAGE_OF_TOOL[file] ?? file;
          reject(new LabError('no-tool', `The program ${file} is not installed; run: apt-get install ${name}`));
        } else if (error.killed === true) {
          reject(new LabError('timeout', `${file} did not end within ${String(options.timeoutMs)} ms; try again.`));
        } else if (typeof error.code === 'number') {
          resolve({ code: error.code, stdout, stderr });
        } else {
          reject(new LabError('no-tool', `${file} could not be run: ${errorText(error)}`, { cause: error }));
        }
      },
    );
  });
}
