import { AppError, appError } from '../../app/errors.ts';
import { withKernelReason } from './mapping.ts';

/** Sends a message to the target; a refusal gets the kernel's reason and, where it is known, its own code. */
export async function refusedMessage<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await withKernelReason('The protection refused what was asked of it', work);
  } catch (thrown) {
    if (thrown instanceof AppError && thrown.data.detail?.includes('No space left on device') === true) {
      throw appError(
        'no-spare-left',
        'There is no free block left on the spare.',
        'Copy your data to a sound disk now; errors of the aging disk are passed on as they are from here.',
        thrown.data.detail,
      );
    }
    throw thrown;
  }
}
