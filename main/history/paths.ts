import { homedir } from 'node:os';
import { join } from 'node:path';

import type { ConnectionId } from '../../app/bridge/snapshot.ts';

/** `$XDG_DATA_HOME/dm-remap-desktop`, else the same under `~/.local/share` (XDG Base Directory Specification). */
export function dataFolder(environment: NodeJS.ProcessEnv = process.env): string {
  const xdg = environment['XDG_DATA_HOME'] ?? '';
  return join(xdg === '' ? join(homedir(), '.local/share') : xdg, 'dm-remap-desktop');
}

/**
 * The lab has a database of its own: its disks are make-believe, their serial numbers come again in every lab, and their
 * failures must not stand among those of real drives. It is a file and not memory so that a lab that is opened again
 * remembers, as a real machine does.
 */
export function historyPath(connection: ConnectionId, folder = dataFolder()): string {
  return join(folder, connection === 'local' ? 'history.db' : `${connection}-history.db`);
}
