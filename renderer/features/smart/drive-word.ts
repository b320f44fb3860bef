import { saidFailed } from '../../../app/alerts/own-word.ts';
import type { Connection } from '../../../app/bridge/snapshot.ts';
import type { Role } from '../../../app/domain/block-device.ts';
import { ownVerdictOf } from '../../../app/domain/smart.ts';
import type { ProtectedDevice } from '../../../app/domain/target.ts';
import { deviceAt } from '../../identity/target.ts';

/** Whether a drive says of itself that it is failing. `said`: it did when it was last read, and tells nothing now. */
export type DriveWord = 'says' | 'said' | 'no';

export type PairWords = Readonly<Record<Role, DriveWord>>;

/** What the drives of a pair say of themselves. */
export function wordsOfPair(connection: Connection, device: ProtectedDevice): PairWords {
  return { main: wordOf(connection, device, 'main'), spare: wordOf(connection, device, 'spare') };
}

function wordOf(connection: Connection, device: ProtectedDevice, role: Role): DriveWord {
  const part = deviceAt(connection, role === 'main' ? device.mainDevno : device.spareDevno);
  const disk = part === null ? null : (deviceAt(connection, part.diskDevno) ?? part);
  const health = disk === null ? null : (connection.smart[disk.devno]?.health ?? null);
  if (health !== null) return ownVerdictOf(health) === 'failed' ? 'says' : 'no';
  return saidFailed(connection.alerts.ownWords, disk, { uuid: device.uuid, role }) ? 'said' : 'no';
}

/** The same words when the drives cannot be asked any more. */
export function wordsBefore({ main, spare }: PairWords): PairWords {
  const before = (word: DriveWord): DriveWord => (word === 'says' ? 'said' : word);
  return { main: before(main), spare: before(spare) };
}

/** What the drives of a pair say, as a sentence; null where neither says that it is failing. */
export function failingSentence({ main, spare }: PairWords): string | null {
  if (main === 'no' && spare === 'no') return null;
  if (main !== 'no' && spare !== 'no') {
    return main === 'says' && spare === 'says'
      ? 'Both drives say that they are failing.'
      : 'Both drives said that they are failing when they were last read.';
  }
  const which = main === 'no' ? 'spare' : 'main';
  return main === 'says' || spare === 'says'
    ? `The ${which} drive says that it is failing.`
    : `The ${which} drive said that it is failing when it was last read.`;
}
