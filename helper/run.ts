import { spawn, type ChildProcess } from 'node:child_process';
import { accessSync, constants, existsSync, statSync } from 'node:fs';

import { appError, type AppError } from '../app/errors.ts';

/**
 * The programs that the helper may start, with {@link fileToolNames}. Nothing else is ever started, and nothing is looked
 * up in the user's PATH.
 */
export const toolNames = ['dmsetup', 'lsblk', 'blkid', 'wipefs', 'modprobe', 'smartctl', 'udevadm', 'dmesg'] as const;
/** Those of file systems, which are needed only to say which file lies on a block. */
export const fileToolNames = ['debugfs', 'dumpe2fs', 'xfs_db', 'xfs_io', 'find', 'btrfs', 'ntfscluster'] as const;
export type ToolName = (typeof toolNames)[number] | (typeof fileToolNames)[number];

const toolFolders = ['/usr/sbin', '/sbin', '/usr/bin', '/bin'] as const;

const packages: Record<ToolName, string> = {
  dmsetup: 'dmsetup',
  lsblk: 'util-linux',
  blkid: 'util-linux',
  wipefs: 'util-linux',
  modprobe: 'kmod',
  smartctl: 'smartmontools',
  udevadm: 'udev',
  debugfs: 'e2fsprogs',
  dumpe2fs: 'e2fsprogs',
  xfs_db: 'xfsprogs',
  xfs_io: 'xfsprogs',
  find: 'findutils',
  btrfs: 'btrfs-progs',
  ntfscluster: 'ntfs-3g',
  dmesg: 'util-linux',
};

/** What to do when `tool` is not there. */
export function toolRemedy(tool: ToolName): string {
  return `Install the package that has ${tool} (on Debian and Ubuntu: apt-get install ${packages[tool]}), then try again.`;
}

/** Absolute path of a tool, or null where it is not installed in a system folder. */
export function findTool(tool: ToolName): string | null {
  for (const folder of toolFolders) {
    const path = `${folder}/${tool}`;
    try {
      accessSync(path, constants.X_OK);
      if (statSync(path).isFile()) return path;
    } catch {
      // Not in this folder: look in the next.
    }
  }
  return null;
}

/** Nothing of the caller's environment reaches a tool: it may come from an ordinary user. */
export function toolEnvironment(): Record<string, string> {
  const environment = { LC_ALL: 'C', PATH: toolFolders.join(':') };
  // Without udev, dmsetup would wait for device nodes that nobody makes; told so, it makes them itself.
  return existsSync('/run/udev/control') ? environment : { ...environment, DM_DISABLE_UDEV: '1' };
}

export interface RunOptions {
  /** After this the tool is killed and the call rejects with `timeout`. Milliseconds. */
  readonly timeoutMs?: number;
  /** Bytes of stdout and stderr each; a tool that writes more is killed. */
  readonly maxBytes?: number;
  /** Exit codes that are answers and not failures. */
  readonly allowCodes?: readonly number[];
}

export interface RunResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const running = new Set<ChildProcess>();

/** Kills every tool that still runs. For the end of the process, after mutations have been waited for. */
export function killTools(): void {
  for (const child of running) child.kill('SIGKILL');
}

/**
 * Runs a tool from its fixed path with an argument array, a clean environment and a closed stdin. Rejects with
 * `tool-missing`, `timeout` or, for an exit code that is not allowed, `tool-failed` with the tool's own words.
 */
export function run(tool: ToolName, args: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  return start(tool, args, options).done;
}

/** A tool that runs on until it is done or stopped. */
export interface Running {
  readonly done: Promise<RunResult>;
  stop(): void;
}

/** As {@link run}, for a tool that waits for something: without `timeoutMs` it may take for ever. */
export function start(tool: ToolName, args: readonly string[], options: RunOptions & { forever?: boolean }): Running {
  const path = findTool(tool);
  if (path === null) {
    const missing = appError('tool-missing', `The program ${tool} is not installed.`, toolRemedy(tool));
    return { done: Promise.reject(missing), stop: () => undefined };
  }
  const child = spawn(path, args, { env: toolEnvironment(), stdio: ['ignore', 'pipe', 'pipe'], cwd: '/' });
  running.add(child);
  return { done: collect(child, tool, args, options), stop: () => void child.kill('SIGKILL') };
}

/** Lines of a tool are cut off after this many characters. */
const MAX_LINE_CHARS = 16_384;

/**
 * Starts a tool that goes on telling until it is stopped, and hands on each line of its stdout. `done` resolves when it
 * has ended by itself or was stopped, and rejects with `tool-missing` or `tool-failed` when it could not be started.
 */
export function tell(tool: ToolName, args: readonly string[], onLine: (line: string) => void): TellingTool {
  const path = findTool(tool);
  if (path === null) {
    const missing = appError('tool-missing', `The program ${tool} is not installed.`, toolRemedy(tool));
    return { done: Promise.reject(missing), stop: () => undefined };
  }
  const child = spawn(path, args, { env: toolEnvironment(), stdio: ['ignore', 'pipe', 'ignore'], cwd: '/' });
  running.add(child);
  let rest = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\n');
    rest = (lines.pop() ?? '').slice(0, MAX_LINE_CHARS);
    for (const line of lines) onLine(line);
  });
  const done = new Promise<void>((resolve, reject) => {
    child.on('error', (error) => {
      running.delete(child);
      reject(failed(tool, args, error.message));
    });
    child.on('close', () => {
      running.delete(child);
      resolve();
    });
  });
  return { done, stop: () => void child.kill('SIGKILL') };
}

/** A tool that goes on telling. */
export interface TellingTool {
  readonly done: Promise<void>;
  stop(): void;
}

function collect(
  child: ChildProcess,
  tool: ToolName,
  args: readonly string[],
  options: RunOptions & { forever?: boolean },
): Promise<RunResult> {
  const { timeoutMs = 30_000, maxBytes = 64 * 1024 * 1024, allowCodes = [0], forever = false } = options;
  const output = { stdout: new Collector(maxBytes), stderr: new Collector(maxBytes) };
  return new Promise<RunResult>((resolve, reject) => {
    const fail = (error: AppError): void => {
      child.kill('SIGKILL');
      reject(error);
    };
    // The promise is settled by the clock and not by the process's end: one that hangs in the kernel cannot be killed.
    const timer = forever ? undefined : setTimeout(() => fail(timedOut(tool, args, timeoutMs)), timeoutMs);
    for (const name of ['stdout', 'stderr'] as const) {
      child[name]?.on('data', (chunk: Buffer) => {
        if (!output[name].add(chunk)) fail(failed(tool, args, 'it wrote more than is read from it'));
      });
    }
    child.on('error', (error) => {
      clearTimeout(timer);
      running.delete(child);
      reject(failed(tool, args, error.message));
    });
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      running.delete(child);
      const stdout = output.stdout.text();
      const stderr = output.stderr.text();
      if (code !== null && allowCodes.includes(code)) resolve({ code, stdout, stderr });
      else if (lacksRights(`${stderr}\n${stdout}`)) reject(refused(tool, args, stderr.trim()));
      else reject(failed(tool, args, `${stderr.trim() || stdout.trim()}\nexit ${signal ?? code ?? 'unknown'}`.trim()));
    });
  });
}

class Collector {
  readonly #chunks: Buffer[] = [];
  readonly #maxBytes: number;
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** False when `chunk` goes over the limit. */
  add(chunk: Buffer): boolean {
    this.#bytes += chunk.length;
    if (this.#bytes > this.#maxBytes) return false;
    this.#chunks.push(chunk);
    return true;
  }

  text(): string {
    return Buffer.concat(this.#chunks).toString('utf8');
  }
}

/** Only where this is not root: root is refused for other reasons. */
function lacksRights(said: string): boolean {
  return process.getuid?.() !== 0 && /permission denied|operation not permitted|must be root/i.test(said);
}

function refused(tool: ToolName, args: readonly string[], detail: string): AppError {
  return appError(
    'permission-refused',
    'The helper runs without administrator rights, so it cannot see what is protected.',
    'Open the connection again and allow it administrator rights when asked.',
    `${commandLine(tool, args)}\n${detail}`.slice(0, 20_000),
  );
}

function failed(tool: ToolName, args: readonly string[], detail: string): AppError {
  return appError(
    'tool-failed',
    `The program ${tool} could not do what was asked of it.`,
    'Read what it says in the details; mend that, then try again.',
    `${commandLine(tool, args)}\n${detail}`.slice(0, 20_000),
  );
}

function timedOut(tool: ToolName, args: readonly string[], timeoutMs: number): AppError {
  return appError(
    'timeout',
    `The program ${tool} did not answer in ${timeoutMs / 1000} seconds; a disk may have stopped answering.`,
    'Look at the list of disks again. If a disk is gone from it, check its cable; if this goes on, restart the computer.',
    commandLine(tool, args),
  );
}

/** A command as one would type it into a shell. For people to read; never handed to one. */
export function commandLine(tool: string, args: readonly string[]): string {
  const quote = (word: string): string =>
    /^[A-Za-z0-9_./:=@%+,-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
  return [tool, ...args.map(quote)].join(' ');
}
