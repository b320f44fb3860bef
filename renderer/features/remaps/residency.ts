import type { ProtectedDevice, RemapRow } from '../../../app/domain/target.ts';
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

export type Geometry = Pick<ProtectedDevice, 'blockSectors' | 'lengthSectors'>;

/** Sectors of a block; the last one of a device may have fewer than the others. */
export function sectorsIn(block: number, { blockSectors, lengthSectors }: Geometry): number {
  return Math.min(blockSectors, lengthSectors - block * blockSectors);
}

/** Mapped, but not wholly on the spare. */
export function isPartial(row: RemapRow, geometry: Geometry): boolean {
  return row.state === 'mapped' && residentSectors(row.residency) < sectorsIn(row.block, geometry);
}

export function residentText(resident: number, blockSectors: number): string {
  return `${residentPart(resident, blockSectors)} sectors`;
}

/** The same without its unit. */
export function residentPart(resident: number, blockSectors: number): string {
  return resident >= blockSectors
    ? `all ${formatCount(blockSectors)}`
    : `${formatCount(resident)} of ${formatCount(blockSectors)}`;
}
