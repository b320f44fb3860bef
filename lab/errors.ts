/** What went wrong in the lab, as a closed set that callers may switch over. */
export type LabErrorCode =
  | 'no-qemu'
  | 'no-tool'
  | 'no-space'
  | 'package-unavailable'
  | 'kernel-unavailable'
  | 'module-build-failed'
  | 'image-build-failed'
  | 'bad-option'
  | 'boot-timeout'
  | 'kernel-panic'
  | 'machine-died'
  | 'monitor-failed'
  | 'agent-failed'
  | 'timeout'
  | 'cancelled';

/**
 * An error of the lab. `message` is one sentence that says what happened and what to do about it; `detail` holds what a
 * person needs to look further (compiler lines, the last lines of the console) and may have many lines.
 */
export class LabError extends Error {
  override readonly name = 'LabError';
  readonly code: LabErrorCode;
  readonly detail: string;

  constructor(code: LabErrorCode, message: string, options: { detail?: string; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.detail = options.detail ?? '';
  }
}

/** The text of anything that was thrown. */
export function errorText(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The code of a Node system error (`ENOENT`, ...), or undefined for anything else. */
export function systemCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

export function throwIfCancelled(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw new LabError('cancelled', 'The lab was asked to stop while it was starting.');
}
