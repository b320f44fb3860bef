import { AppError, appError, toErrorData, type ErrorCode } from '../../../app/errors.ts';
import { LabError, type LabErrorCode } from '../../../lab/index.ts';

const codes: Readonly<Record<LabErrorCode, readonly [ErrorCode, string]>> = {
  'no-qemu': ['lab-no-qemu', 'Install QEMU ("apt install qemu-system-x86") and try again.'],
  'no-tool': ['tool-missing', 'Install the missing tool and try again.'],
  'no-space': ['lab-no-space', 'Free some space and try again.'],
  'package-unavailable': ['lab-no-kernel', 'Check the network and the apt sources of this computer, then try again.'],
  'kernel-unavailable': ['lab-no-kernel', 'Check the network and the apt sources of this computer, then try again.'],
  'module-build-failed': ['lab-build-failed', 'Read the lines of the compiler below.'],
  'image-build-failed': ['lab-build-failed', 'Read the details below, then try again.'],
  'bad-option': ['lab-refused', 'Nothing was changed in the lab. Choose something else.'],
  'boot-timeout': ['lab-boot-failed', 'Close other heavy programs and try again; the console is below.'],
  'kernel-panic': ['lab-boot-failed', 'Start the lab again; the console is below.'],
  'machine-died': ['lab-machine-died', 'Switch the machine on again; its disks are as they were.'],
  'monitor-failed': ['lab-machine-died', 'Close the lab and start it again.'],
  'agent-failed': ['lab-machine-died', 'Close the lab and start it again.'],
  timeout: ['timeout', 'Try again; if it happens again, close the lab and start it anew.'],
  cancelled: ['cancelled', 'Start the lab again when you want to go on.'],
};

/** What was thrown by the lab, as the program tells it. */
export function labError(thrown: unknown): AppError {
  if (thrown instanceof AppError) return thrown;
  if (!(thrown instanceof LabError)) return new AppError(toErrorData(thrown));
  const [code, remedy] = codes[thrown.code];
  return appError(code, thrown.message, remedy, thrown.detail === '' ? undefined : thrown.detail);
}

export function labRefused(sentence: string, remedy: string): AppError {
  return appError('lab-refused', sentence, remedy);
}
