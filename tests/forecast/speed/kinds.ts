/**
 * A kind of disk by how long reads of its zones take. No study prints times by zone: every figure here is assumed, from
 * how such disks work. Factors multiply the time of a read; spreads are of its natural logarithm.
 */
export interface SpeedKind {
  readonly name: string;
  /** Kept from the training, also with other seeds. */
  readonly heldOut: boolean;
  /** Reads of 128 KiB, in microseconds: at the beginning of the disk, and how much longer at its end. */
  readonly firstUs: number;
  readonly slope: number;
  /** From one disk to the next, from one zone to the next, and from one look at a zone to the next. */
  readonly spread: { readonly disk: number; readonly zone: number; readonly look: number };
  /** Others used the disk while the scanner went over neighbouring zones: chance a look, most zones, greatest factor. */
  readonly load: { readonly chance: number; readonly zones: number; readonly factor: number };
  /** Heat, power saving or a slow link: chance that it begins at a look, most looks, greatest factor. */
  readonly everywhere: { readonly chance: number; readonly looks: number; readonly factor: number };
  /** What the disk does by itself to single zones (cleaning of shingled bands, garbage collection): chance a zone and look. */
  readonly pause: { readonly chance: number; readonly looks: number; readonly factor: number };
  /** Greatest growth of a zone's time in a year that means nothing: data that lie long read slower from flash. */
  readonly ageing: number;
  /** A retry at first and just before the first error, in microseconds. */
  readonly retryUs: { readonly first: number; readonly last: number };
}

export const speedKinds: readonly SpeedKind[] = [
  {
    // A revolution at 7200 a minute is 8.3 ms; a drive tries for a third of a second and more before it gives up.
    name: 'hard disk',
    heldOut: false,
    firstUs: 700,
    slope: 1.9,
    spread: { disk: 0.2, zone: 0.01, look: 0.02 },
    load: { chance: 0.15, zones: 20, factor: 2 },
    everywhere: { chance: 0.02, looks: 4, factor: 1.5 },
    pause: { chance: 0.001, looks: 1, factor: 1.5 },
    ageing: 0,
    retryUs: { first: 8_300, last: 300_000 },
  },
  {
    name: 'shingled disk',
    heldOut: false,
    firstUs: 800,
    slope: 1.8,
    spread: { disk: 0.2, zone: 0.02, look: 0.04 },
    load: { chance: 0.15, zones: 30, factor: 2.5 },
    everywhere: { chance: 0.04, looks: 3, factor: 2 },
    pause: { chance: 0.01, looks: 3, factor: 3 },
    ageing: 0,
    retryUs: { first: 11_000, last: 300_000 },
  },
  {
    name: 'SATA flash',
    heldOut: false,
    firstUs: 280,
    slope: 1,
    spread: { disk: 0.1, zone: 0.02, look: 0.05 },
    load: { chance: 0.1, zones: 12, factor: 1.6 },
    everywhere: { chance: 0.02, looks: 3, factor: 1.5 },
    pause: { chance: 0.03, looks: 1, factor: 2.5 },
    ageing: 0.3,
    retryUs: { first: 300, last: 8_000 },
  },
  {
    name: 'NVMe flash',
    heldOut: false,
    firstUs: 70,
    slope: 1,
    spread: { disk: 0.2, zone: 0.03, look: 0.08 },
    load: { chance: 0.1, zones: 8, factor: 1.8 },
    everywhere: { chance: 0.06, looks: 6, factor: 2.5 },
    pause: { chance: 0.02, looks: 1, factor: 3 },
    ageing: 0.2,
    retryUs: { first: 100, last: 3_000 },
  },
  {
    // Slower, noisier, and asleep at times: the first zones wait for the motor.
    name: 'disk behind USB',
    heldOut: true,
    firstUs: 3_500,
    slope: 1.3,
    spread: { disk: 0.3, zone: 0.02, look: 0.07 },
    load: { chance: 0.25, zones: 40, factor: 3 },
    everywhere: { chance: 0.08, looks: 8, factor: 2.2 },
    pause: { chance: 0.004, looks: 2, factor: 2 },
    ageing: 0,
    retryUs: { first: 11_000, last: 500_000 },
  },
];
