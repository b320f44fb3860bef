import { execFile } from 'node:child_process';

import { parsePreview, previewArguments, type DiskPreview } from '../../../app/domain/disk-preview.ts';
import { appError } from '../../../app/errors.ts';

const LSBLK = '/usr/bin/lsblk';
/** lsblk asks no disk, only the kernel and udev; this bounds one that hangs all the same. Milliseconds. */
const LIMIT_MS = 10_000;
const MOST_BYTES = 4 * 1024 * 1024;

/** The disks of this computer as its user may see them without any rights. Rejects with an `AppError`. */
export function previewDisks(lsblk = LSBLK): Promise<DiskPreview[]> {
  const env = { PATH: '/usr/bin:/bin', LC_ALL: 'C.UTF-8' };
  return new Promise((resolve, reject) => {
    const done = (error: Error | null, stdout: string, stderr: string): void => {
      const disks = error === null ? parsePreview(stdout) : null;
      if (disks !== null) resolve(disks);
      else reject(cannotLook(error === null ? stdout.slice(0, 2_000) : `${error.message}\n${stderr}`.slice(0, 2_000)));
    };
    execFile(lsblk, [...previewArguments], { env, cwd: '/', timeout: LIMIT_MS, maxBuffer: MOST_BYTES }, done);
  });
}

function cannotLook(detail: string): Error {
  return appError(
    'tool-failed',
    'The disks of this computer cannot be listed without administrator rights.',
    'Go on all the same: they are listed once you have given your password.',
    detail,
  );
}
