import type { RemapRow } from '../../../app/domain/target.ts';
import { residentSectors } from './residency.ts';

const header =
  'block,first_sector,state,spare_block,resident_sectors,block_sectors,residency_mask_hex,cause,unix_seconds,time_utc';

/** Rows of the remap table as CSV (RFC 4180, one header line). Every field is a number or a fixed word. */
export function toCsv(rows: readonly RemapRow[], blockSectors: number): string {
  const lines = rows.map((row) =>
    [
      row.block,
      row.block * blockSectors,
      row.state,
      row.spareBlock ?? '',
      residentSectors(row.residency),
      blockSectors,
      row.residency,
      row.cause ?? '',
      row.seconds,
      new Date(row.seconds * 1000).toISOString(),
    ].join(','),
  );
  return `${[header, ...lines].join('\r\n')}\r\n`;
}
