import type { BlockDevice, Role } from './block-device.ts';
import type { ProtectedDevice } from './target.ts';

export interface PairPart {
  readonly device: ProtectedDevice;
  readonly role: Role;
}

/**
 * The protected device that a whole disk, or a part of it, is main or spare of; null when it is of none. Main goes before
 * spare where it is both.
 *
 * @param devno - of the whole disk
 */
export function pairOf(
  devices: readonly Pick<BlockDevice, 'devno' | 'diskDevno'>[],
  targets: readonly ProtectedDevice[],
  devno: string,
): PairPart | null {
  const isOn = (part: string): boolean =>
    part === devno || devices.some((one) => one.devno === part && one.diskDevno === devno);
  const main = targets.find(({ mainDevno }) => isOn(mainDevno));
  if (main !== undefined) return { device: main, role: 'main' };
  const spare = targets.find(({ spareDevno }) => isOn(spareDevno));
  return spare === undefined ? null : { device: spare, role: 'spare' };
}
