import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Whether a browser can be opened for this user: one that runs as root must not be, and one without a display cannot. */
export function canOpenBrowser(environment: NodeJS.ProcessEnv, isRoot: boolean): boolean {
  return !isRoot && ((environment['DISPLAY'] ?? '') !== '' || (environment['WAYLAND_DISPLAY'] ?? '') !== '');
}

/** A page that leads to an address, in a file that only its owner can read. */
export interface LeadingPage {
  readonly path: string;
  /** Deletes the file; it may be gone already. */
  remove(): Promise<void>;
}

/**
 * Every user of the computer can read the arguments of every program, and a login address lets in whoever comes first. So
 * a browser is given this file in place of the address. In the home folder itself: some browsers see no hidden folder and
 * no other.
 */
export async function writeLeadingPage(home: string, url: string): Promise<LeadingPage> {
  const path = join(home, `dm-remap-desktop-login-${randomBytes(8).toString('hex')}.html`);
  const head = `<meta charset="utf-8"><meta name="referrer" content="no-referrer"><title>dm-remap Desktop</title>`;
  const page = `<!doctype html><html lang="en"><head>${head}<meta http-equiv="refresh" content="0;url=${url}"></head><body><a href="${url}">Open dm-remap Desktop</a></body></html>\n`;
  await writeFile(path, page, { mode: 0o600, flag: 'wx' });
  // One that cannot be deleted lets nobody in: its address is used up, or dies with the program.
  return { path, remove: () => rm(path, { force: true }).catch(() => undefined) };
}

/** Opens a file in the user's browser. When there is none, the address in the terminal has to do. */
export function openBrowser(file: string): void {
  const child = spawn('xdg-open', [file], { stdio: 'ignore', detached: true });
  child.on('error', () => undefined);
  child.unref();
}
