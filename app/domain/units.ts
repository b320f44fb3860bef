import * as z from 'zod';

/** Bytes in a sector. The kernel counts in 512-byte sectors whatever the device's own sector size. */
export const SECTOR_BYTES = 512;

/** A non-negative integer that a JavaScript number holds exactly: up to 8 PiB in bytes. */
export const countSchema = z.int().nonnegative();
export const percentSchema = z.int().min(0).max(100);

/** Sectors as bytes. */
export function sectorsToBytes(sectors: number): number {
  return sectors * SECTOR_BYTES;
}

const byteUnits = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'] as const;

/** Bytes for people, in binary units with at most three significant digits: `1.82 TiB`, `512 B`. */
export function formatBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < byteUnits.length - 1) {
    value /= 1024;
    unit += 1;
  }
  const digits = unit === 0 || value >= 100 || Number.isInteger(value) ? 0 : value >= 10 ? 1 : 2;
  return `${value.toFixed(digits)} ${byteUnits[unit] ?? 'B'}`;
}

let integerFormat: Intl.NumberFormat | undefined;

/** An integer with thousands separators. */
export function formatCount(value: number): string {
  // Made at its first use: the data it needs is a third of the time the helper takes to start.
  integerFormat ??= new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });
  return integerFormat.format(value);
}

/** `1 block`, `2,000 blocks`. */
export function formatCounted(value: number, singular: string, plural = `${singular}s`): string {
  return `${formatCount(value)} ${nounFor(value, singular, plural)}`;
}

/** The noun alone, where the number stands by itself. */
export function nounFor(value: number, singular: string, plural = `${singular}s`): string {
  return value === 1 ? singular : plural;
}
