import * as z from 'zod';

/**
 * Every way in which something can go wrong between the kernel and the screen. A code is stable and machine readable;
 * the sentence and the remedy beside it are for people.
 */
export const errorCodes = [
  /** A call, frame or argument that does not fit the schema. */
  'bad-request',
  'unknown-method',
  'frame-too-large',
  'not-initialised',
  'protocol-mismatch',
  /** A device named in a call does not exist (any more). */
  'device-gone',
  /** A device is not what it was when the plan was made. */
  'device-changed',
  'device-unusable',
  'spare-too-small',
  'spare-refused',
  'plan-unknown',
  'confirmation-wrong',
  'name-taken',
  'target-missing',
  'target-refused',
  /** What the kernel tells of regions in debugfs alone cannot be had. */
  'regions-unavailable',
  'no-spare-left',
  'blocks-on-spare',
  /** What lies on a device is no file system, or none that can be asked. */
  'no-file-system',
  'tool-missing',
  'tool-failed',
  'module-missing',
  'permission-refused',
  'permission-unavailable',
  'connection-closed',
  'helper-died',
  'lab-no-qemu',
  'lab-no-space',
  'lab-no-kernel',
  'lab-build-failed',
  'lab-boot-failed',
  'lab-machine-died',
  'lab-refused',
  /** Readings and events are not kept, or cannot be read, at this moment. */
  'history-unavailable',
  'busy',
  'cancelled',
  'timeout',
  'internal',
] as const;

export const errorCodeSchema = z.enum(errorCodes);
export type ErrorCode = z.infer<typeof errorCodeSchema>;

export const errorDataSchema = z.strictObject({
  code: errorCodeSchema,
  /** What happened, as a sentence a disk owner understands. */
  sentence: z.string().min(1).max(2000),
  /** What to do next, as a sentence. */
  remedy: z.string().min(1).max(2000),
  /** What a support ticket needs: a tool's own words, an errno. Never needed to understand the sentence. */
  detail: z.string().max(20_000).optional(),
});
export type ErrorData = z.infer<typeof errorDataSchema>;

/** An expected failure with its code, its sentence and its remedy. Everything else that is thrown is a defect. */
export class AppError extends Error {
  readonly data: ErrorData;

  constructor(data: ErrorData, options?: ErrorOptions) {
    super(data.sentence, options);
    this.name = 'AppError';
    this.data = data;
  }

  get code(): ErrorCode {
    return this.data.code;
  }
}

/** Makes an {@link AppError}; `detail` is left out of the data when there is none. */
export function appError(code: ErrorCode, sentence: string, remedy: string, detail?: string): AppError {
  return new AppError(detail === undefined ? { code, sentence, remedy } : { code, sentence, remedy, detail });
}

/** The data of any thrown value; a value that is no {@link AppError} becomes `internal` with its message as detail. */
export function toErrorData(thrown: unknown): ErrorData {
  if (thrown instanceof AppError) return thrown.data;
  const detail = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
  return {
    code: 'internal',
    sentence: 'Something went wrong inside the program.',
    remedy:
      'Nothing was changed on your disks by this. Try again; if it happens again, report it with the details below.',
    detail: detail.slice(0, 20_000),
  };
}
