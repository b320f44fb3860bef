import type { UsbBridge } from './disk.ts';

/**
 * Device types for `smartctl -d` that a USB bridge may need. SAT is a standard that other bridges refuse cleanly. The
 * others are commands of one maker's chips, and what another chip makes of them is not known: they are only sent to
 * chips of that maker, or where smartctl names them for the bridge. Bridges that smartctl's own list knows need none of
 * this.
 */
const standard = ['sat', 'sat,12'] as const;
/** By USB vendor: ASMedia, JMicron, Realtek. */
const byVendor: Readonly<Record<string, readonly string[]>> = {
  '174c': ['sntasmedia'],
  '152d': ['sntjmicron', 'usbjmicron'],
  '0bda': ['sntrealtek'],
};
/** What smartctl may advise and is believed. */
const known: ReadonlySet<string> = new Set([
  ...standard,
  ...Object.values(byVendor).flat(),
  'sntasmedia/sat',
  'sntjmicron/sat',
  'sntrealtek/sat',
  'usbasm1352r',
  'usbcypress',
  'usbprolific',
  'usbsunplus',
]);

/** Device types to try in turn on a bridge that smartctl could not see through, those that it advises first. */
export function typesToTry({ vendor }: UsbBridge, advised: readonly string[]): string[] {
  return [...new Set([...advised.filter((type) => known.has(type)), ...standard, ...(byVendor[vendor] ?? [])])];
}
