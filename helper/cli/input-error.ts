import { appError, type AppError } from '../../app/errors.ts';

/** What was typed, or a file that was named, cannot be used: `sentence` says what is wrong, without a full stop. */
export function badInput(sentence: string, remedy = 'Nothing was changed.'): AppError {
  return appError('bad-request', `${sentence}.`, remedy);
}
