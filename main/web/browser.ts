import { spawn } from 'node:child_process';

/** Whether a browser can be opened for this user: one that runs as root must not be, and one without a display cannot. */
export function canOpenBrowser(environment: NodeJS.ProcessEnv, isRoot: boolean): boolean {
  return !isRoot && ((environment['DISPLAY'] ?? '') !== '' || (environment['WAYLAND_DISPLAY'] ?? '') !== '');
}

/** Opens the user's browser. When there is none, the address in the terminal has to do. */
export function openBrowser(url: string): void {
  const child = spawn('xdg-open', [url], { stdio: 'ignore', detached: true });
  child.on('error', () => undefined);
  child.unref();
}
