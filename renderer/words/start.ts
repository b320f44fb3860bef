import type { ErrorCode } from '../../app/errors.ts';

/** What a refused or impossible opening means for the disks, where the error itself does not say it. */
export function cannotOpen(code: ErrorCode): string | null {
  if (code === 'permission-refused') return 'Permission was not given, so nothing was started and no disk was touched.';
  if (code === 'permission-unavailable') return 'This session cannot ask for a password, so nothing was started.';
  return null;
}
