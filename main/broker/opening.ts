import type { Connection } from '../../app/bridge/snapshot.ts';
import { AppError, appError, toErrorData } from '../../app/errors.ts';

/** The steps of an opening as the snapshot shows them: each is done when the next begins. */
export class OpeningSteps {
  readonly #change: (recipe: (connection: Connection) => void) => void;

  constructor(change: (recipe: (connection: Connection) => void) => void) {
    this.#change = change;
    change((connection) => {
      connection.phase = { state: 'opening', steps: [] };
    });
  }

  begin(text: string): void {
    this.#change(({ phase }) => {
      if (phase.state !== 'opening') return;
      for (const step of phase.steps) step.state = 'done';
      phase.steps.push({ text, state: 'running' });
    });
  }
}

/** There is no helper to carry this call. */
export function closedError(title: string): AppError {
  return appError(
    'connection-closed',
    `There is no connection to ${title} at this moment.`,
    'Open the connection first.',
  );
}

/** The user stopped an opening. */
export function cancelledError(): AppError {
  return appError('cancelled', 'Opening the connection was stopped.', 'Open it again when you want to go on.');
}

/** Whatever was thrown, as an error with a code. */
export function asAppError(thrown: unknown): AppError {
  return thrown instanceof AppError ? thrown : new AppError(toErrorData(thrown));
}

/** The package of the kernel module is there, the module is not. */
export function notBuilt(kernelRelease: string): AppError {
  return appError(
    'module-missing',
    `The package was installed, but no module was built for the running kernel ${kernelRelease}.`,
    `Most often the kernel's headers are missing. In a terminal: sudo apt install linux-headers-${kernelRelease}; sudo dkms autoinstall. Then look again.`,
  );
}
