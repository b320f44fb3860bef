import type { Connection } from '../../app/bridge/snapshot.ts';
import type { BlockDevice } from '../../app/domain/block-device.ts';
import { deviceAt } from './target.ts';

/** A device that a person chose: by its number, which the next disk that is plugged in may get, and by what tells disks apart. */
export type Choice = Pick<BlockDevice, 'devno' | 'serial' | 'wwn' | 'model' | 'sizeSectors'>;

export function choiceOf({ devno, serial, wwn, model, sizeSectors }: BlockDevice): Choice {
  return { devno, serial, wwn, model, sizeSectors };
}

export function isChosen(choice: Choice, device: BlockDevice): boolean {
  return (
    device.devno === choice.devno &&
    device.serial === choice.serial &&
    device.wwn === choice.wwn &&
    device.model === choice.model &&
    device.sizeSectors === choice.sizeSectors
  );
}

/** The device that was chosen; null when it is gone, or another is in its place. */
export function chosenAt(connection: Pick<Connection, 'devices'>, choice: Choice | null): BlockDevice | null {
  const device = choice === null ? null : deviceAt(connection, choice.devno);
  return choice !== null && device !== null && isChosen(choice, device) ? device : null;
}
