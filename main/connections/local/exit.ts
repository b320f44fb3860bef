import { appError, type AppError } from '../../../app/errors.ts';

/** How a helper process ended. */
export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** The last of what it wrote to stderr. */
  readonly stderr: string;
  /** Whether it had answered anything: from then on an exit code is the helper's own, not that of pkexec. */
  readonly answered: boolean;
  readonly elevated: boolean;
}

/** pkexec(1): the dialog was dismissed. */
const DISMISSED = 126;
/** pkexec(1): not authorised, or authorisation could not be asked for. */
const NOT_AUTHORISED = 127;

/** What a person should read about a helper that is gone. */
export function exitError({ code, signal, stderr, answered, elevated }: Exit): AppError {
  const how = signal === null ? `exit code ${code ?? 'unknown'}` : `signal ${signal}`;
  const detail = `${how}\n${stderr}`.trim();
  if (elevated && !answered && code === DISMISSED) return refused(detail);
  if (elevated && !answered && code === NOT_AUTHORISED) {
    return /authentication agent|textual authentication/i.test(stderr) || !/not authorized/i.test(stderr)
      ? unavailable(detail)
      : refused(detail);
  }
  if (code === 0) {
    return appError('connection-closed', 'The privileged helper has ended.', 'Open the connection again.', detail);
  }
  return appError(
    'helper-died',
    'The privileged helper stopped unexpectedly. Your protected disks go on working: the kernel serves them, not the helper.',
    'Try again. If it keeps stopping, report it with the details below.',
    detail,
  );
}

function refused(detail: string): AppError {
  return appError(
    'permission-refused',
    'You did not give administrator rights, so nothing was started and nothing was changed.',
    'Try again and enter the password of an administrator, or use the lab, which needs no rights.',
    detail,
  );
}

function unavailable(detail: string): AppError {
  return appError(
    'permission-unavailable',
    'This session has no way to ask you for an administrator password.',
    'Start a desktop session with a polkit agent, or run this program as root, for example with "sudo npm start".',
    detail,
  );
}

/** pkexec is not on this machine. */
export function noPkexec(detail: string): AppError {
  return appError(
    'permission-unavailable',
    'The program that asks for an administrator password (pkexec) is not installed.',
    'Install it ("apt install pkexec polkitd"), or run this program as root, for example with "sudo npm start".',
    detail,
  );
}

export function noHelper(path: string): AppError {
  return appError(
    'tool-missing',
    'The privileged helper is missing from this installation.',
    'Install the program anew; in a source tree run "npm run build".',
    path,
  );
}
