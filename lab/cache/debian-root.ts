import { join } from 'node:path';
import { LabError, type LabErrorCode } from '../errors.ts';
import { run, type RunResult } from '../process.ts';

/** Where the system's own packages come from: the archive and, where there is one, that of security updates. */
export async function debianArchives(
  signal: AbortSignal | undefined,
): Promise<{ main: string; security: string | undefined }> {
  const listed = await run('apt-get', ['indextargets', '--format', '$(REPO_URI)'], { signal });
  const found = [...new Set(listed.stdout.split('\n'))].filter((uri) => /^https?:/.test(uri));
  const main = found.find((uri) => /\/debian\/?$/.test(uri));
  if (main === undefined) {
    throw new LabError(
      'kernel-unavailable',
      'apt names no archive of Debian; run this on Debian after: apt-get update',
    );
  }
  return { main, security: found.find((uri) => /\/debian-security\/?$/.test(uri)) };
}

/**
 * Runs a program with `root` as its whole file system and its own /proc, which build tools read. Needs
 * root; mounts nothing that outlives the program.
 */
export function runInRoot(
  root: string,
  command: readonly string[],
  signal: AbortSignal | undefined,
  folder = '/',
): Promise<RunResult> {
  const inside = ['chroot', root, '/usr/bin/env', '-C', folder, 'DEBIAN_FRONTEND=noninteractive', ...command];
  return run('unshare', ['--mount', '--pid', '--fork', `--mount-proc=${join(root, 'proc')}`, ...inside], {
    signal,
    env: { HOME: '/root', TMPDIR: '/tmp' },
  });
}

/** What a program gave that must end well; else throws with `message`, a sentence without its full stop. */
export async function succeed(
  running: Promise<RunResult>,
  message: string,
  code: LabErrorCode = 'kernel-unavailable',
): Promise<RunResult> {
  const result = await running;
  if (result.code === 0) return result;
  throw new LabError(code, `${message}.`, { detail: `${result.stdout}\n${result.stderr}` });
}
