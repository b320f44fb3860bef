import type { RemapRow } from '../../../app/domain/target.ts';
import { formatCount } from '../../../app/domain/units.ts';

/** Whether each sector of a block lives on the spare, first sector first, from the hexadecimal mask. */
export function residencyBits(mask: string, blockSectors: number): boolean[] {
  const value = BigInt(`0x${mask}`);
  return Array.from({ length: blockSectors }, (_, sector) => ((value >> BigInt(sector)) & 1n) === 1n);
}

export function residentSectors(mask: string): number {
  let count = 0;
  for (let value = BigInt(`0x${mask}`); value > 0n; value &= value - 1n) count += 1;
  return count;
}

/** Mapped, but not wholly on the spare. */
export function isPartial(row: RemapRow, blockSectors: number): boolean {
  return row.state === 'mapped' && residentSectors(row.residency) < blockSectors;
}

export function residentText(resident: number, blockSectors: number): string {
  return resident >= blockSectors
    ? `all ${formatCount(blockSectors)} sectors`
    : `${formatCount(resident)} of ${formatCount(blockSectors)} sectors`;
}
