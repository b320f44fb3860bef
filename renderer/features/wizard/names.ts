import type { BlockDevice } from '../../../app/domain/block-device.ts';
import { targetNameSchema } from '../../../app/domain/target.ts';

/** A name for the protected device that no other has: `safe-sda`, `safe-sda-2`, … */
export function freeName(main: Pick<BlockDevice, 'name'>, taken: readonly string[]): string {
  const plain = `safe-${main.name.replaceAll(/[^A-Za-z0-9_.-]/g, '-')}`.slice(0, 56);
  if (!taken.includes(plain)) return plain;
  let number = 2;
  while (taken.includes(`${plain}-${number}`)) number += 1;
  return `${plain}-${number}`;
}

/** Why a name cannot be used, null when it can. */
export function nameProblem(name: string, taken: readonly string[]): string | null {
  if (!targetNameSchema.safeParse(name).success) {
    return 'Use letters, digits, dots, dashes and underscores, beginning with a letter or digit; at most 64.';
  }
  return taken.includes(name) ? 'Another protected device has this name.' : null;
}
