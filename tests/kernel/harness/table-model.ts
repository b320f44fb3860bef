import {
  below,
  hostileNumber,
  hostileWord,
  mutateWords,
  oneOf,
  readNumber,
  splitTable,
  type NumberWord,
} from './hostile-words.ts';
import { spareLayout } from './spare-format.ts';
import { CORE_DEFAULTS, CORE_RANGES } from './table-words.ts';

/** A device that a table line may name. Sizes in sectors. */
export interface TableDevice {
  readonly sectors: number;
  /** Least block size, in sectors. */
  readonly logical: number;
  /** Devices that share sectors with this one have a name of this list in common. */
  readonly on: readonly string[];
  /** The spare of a pair, a blank disk, or one with something else on it. */
  readonly holds: 'pair' | 'nothing' | 'data';
}

/** The pair on the spare that holds one. */
export interface SettledPair {
  readonly mainSectors: number;
  readonly blockSectors: number;
  readonly uuid: string;
  readonly mainId: string;
  /** No block from here on is mapped. */
  readonly mappedEnd: number;
}

export interface TableWorld {
  readonly devices: ReadonlyMap<string, TableDevice>;
  readonly pair: SettledPair;
}

/** What must become of a table line, and which errors may tell of its faults. */
export interface TableVerdict {
  readonly verdict: 'accepted' | 'refused' | 'open';
  readonly errnos: ReadonlySet<string>;
  readonly format: boolean;
  /** Meant by the line where it is not refused: what `dmsetup table` must give back. */
  readonly features: readonly string[];
  readonly core: Readonly<Record<string, string>>;
}

const FEATURES = ['format', 'no_auto_remap', 'no_scan'];
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
/** An error may come from the opening of a device, which is not the target's to choose. */
const CANNOT_OPEN = ['ENODEV', 'ENXIO', 'ENOTBLK', 'ENOENT', 'EINVAL', 'EOVERFLOW', 'ENAMETOOLONG'];

/** Reads a line word by word, gathers its faults, and stops at one after which the rest has no meaning. */
class Reading {
  readonly #words: string[];
  readonly errnos = new Set<string>();
  open = false;
  format = false;
  readonly features: string[] = [];
  readonly core: Record<string, string> = {};

  constructor(words: readonly string[]) {
    this.#words = [...words];
  }

  get left(): number {
    return this.#words.length;
  }

  fault(...errnos: readonly string[]): void {
    for (const errno of errnos) this.errnos.add(errno);
  }

  take(): string | undefined {
    return this.#words.shift();
  }

  number(low: number, high: number): number | undefined {
    const word = this.take();
    const number: NumberWord = word === undefined ? { is: 'none' } : readNumber(word);
    if (number.is === 'none' || number.value < BigInt(low) || number.value > BigInt(high)) {
      this.fault('EINVAL');
      return undefined;
    }
    this.open ||= number.is === 'padded';
    return Number(number.value);
  }
}

function readFeatures(reading: Reading): boolean {
  const count = reading.number(0, FEATURES.length);
  if (count === undefined) return false;
  for (let index = 0; index < count; index++) {
    const word = reading.take();
    if (word === undefined || !FEATURES.includes(word) || reading.features.includes(word)) {
      reading.fault('EINVAL');
      return false;
    }
    reading.features.push(word);
  }
  reading.format = reading.features.includes('format');
  return true;
}

function readCorePair(reading: Reading, key: string, value: string): void {
  const range = Object.entries(CORE_RANGES).find(([name]) => name === key)?.[1];
  const number = readNumber(value);
  if (Object.hasOwn(reading.core, key)) reading.fault('EINVAL');
  if (key === 'uuid') {
    if (!UUID.test(value)) reading.fault('EINVAL');
    reading.core[key] = value.toLowerCase();
  } else if (key === 'main_id') {
    if (!/^[!-~]{1,64}$/.test(value)) reading.fault('EINVAL');
    reading.core[key] = value;
  } else if (range === undefined || number.is === 'none' || number.value < range[0] || number.value > range[1]) {
    reading.fault('EINVAL');
  } else {
    reading.open ||= number.is === 'padded';
    reading.core[key] = String(number.value);
  }
}

function readCore(reading: Reading): void {
  const count = reading.number(0, 2 * (Object.keys(CORE_RANGES).length + 2));
  if (count === undefined) return;
  if (count % 2 !== 0 || count !== reading.left) reading.fault('EINVAL');
  for (let index = 0; index + 1 < count && reading.left >= 2; index += 2) {
    readCorePair(reading, reading.take() ?? '', reading.take() ?? '');
  }
  if (reading.left > 0) reading.fault('EINVAL');
}

function judgeDevices(world: TableWorld, reading: Reading, names: readonly [string, string], length: number): void {
  const [main, spare] = names.map((name) => world.devices.get(name));
  if (main === undefined || spare === undefined) {
    reading.fault(...CANNOT_OPEN);
    return;
  }
  if (main.on.some((disk) => spare.on.includes(disk))) reading.fault('EINVAL', 'EBUSY');
  if (main.holds === 'pair') reading.fault('EINVAL');
  if (length > main.sectors) reading.fault('EINVAL');
}

/** What is on the spare, against what the line says of it. */
function judgeSpare(
  world: TableWorld,
  reading: Reading,
  names: readonly [string, string],
  block: number,
  length: number,
): void {
  const [main, spare] = names.map((name) => world.devices.get(name));
  if (main === undefined || spare === undefined) return;
  const { pair } = world;
  if (!spareLayout(spare.sectors, block).fits) reading.fault('ENOSPC');
  if (reading.format) {
    if (spare.holds !== 'nothing') reading.fault('EEXIST');
  } else if (spare.holds === 'nothing') {
    reading.fault('ENODATA');
  } else if (spare.holds === 'data') {
    reading.fault('EUCLEAN');
  } else {
    const { uuid, main_id: mainId } = reading.core;
    const isOther =
      (uuid !== undefined && uuid !== pair.uuid) ||
      (mainId !== undefined && mainId !== pair.mainId) ||
      main.sectors !== pair.mainSectors ||
      block !== pair.blockSectors ||
      length <= (pair.mappedEnd - 1) * pair.blockSectors;
    if (isOther) reading.fault('EINVAL');
  }
}

/** Judges what follows `<start> <len> remap `, for a table of `length` sectors. */
export function judgeTable(world: TableWorld, length: number, line: string): TableVerdict {
  const reading = new Reading(splitTable(line));
  const names = [reading.take() ?? '', reading.take() ?? ''] as const;
  const block = reading.number(1, 128);
  judgeDevices(world, reading, names, length);
  if (block !== undefined) {
    const least = world.devices.get(names[0])?.logical ?? 1;
    if (!Number.isInteger(Math.log2(block)) || block < least) reading.fault('EINVAL');
    if (reading.left > 0 && readFeatures(reading) && reading.left > 0) readCore(reading);
    judgeSpare(world, reading, names, block, length);
  }
  const numbers = Object.fromEntries(Object.entries(CORE_DEFAULTS).map(([key, value]) => [key, String(value)]));
  const identity = reading.format ? {} : { uuid: world.pair.uuid, main_id: world.pair.mainId };
  return {
    verdict: reading.errnos.size > 0 ? 'refused' : reading.open ? 'open' : 'accepted',
    errnos: reading.errnos,
    format: reading.format,
    features: reading.features.filter((word) => word !== 'format'),
    core: { ...numbers, ...identity, ...reading.core },
  };
}

/** A table line after `remap `, well formed or with up to two faults beside those in its devices and numbers. */
export function makeTable(random: () => number, world: TableWorld, names: readonly [string, string]): string {
  const devices = [...world.devices.keys()];
  const device = (own: string): string =>
    random() < 0.94
      ? own
      : oneOf(random, [
          devices[below(random, devices.length)] ?? own,
          '/dev/nothing',
          '/dev/null',
          '/dev',
          '0:0',
          '4095:1048575',
          '4096:0',
          hostileWord(random),
        ]);
  const features = FEATURES.filter((word) => random() < (word === 'format' ? 0.12 : 0.4));
  const keys = Object.entries(CORE_RANGES)
    .filter(() => random() < 0.3)
    .sort(() => random() - 0.5);
  const core = keys.flatMap(([key, [low, high]]) => [
    key,
    random() < 0.93
      ? String(oneOf(random, [low, high, low + below(random, high - low + 1)]))
      : hostileNumber(random, BigInt(low), BigInt(high)),
  ]);
  if (random() < 0.3)
    core.push(
      'uuid',
      oneOf(random, [
        world.pair.uuid,
        world.pair.uuid,
        world.pair.uuid.toUpperCase(),
        `${world.pair.uuid}0`,
        world.pair.uuid.replaceAll('-', ''),
        '00000000-0000-0000-0000-000000000000',
      ]),
    );
  if (random() < 0.3)
    core.push(
      'main_id',
      oneOf(random, [world.pair.mainId, world.pair.mainId, 'x'.repeat(64), 'x'.repeat(65), 'two\\ words', 'caf\u00e9']),
    );
  const count = (right: number): string => (random() < 0.9 ? String(right) : hostileNumber(random, 0n, BigInt(right)));
  const block = random() < 0.95 ? String(world.pair.blockSectors) : hostileNumber(random, 1n, 128n);
  const optional =
    core.length > 0
      ? [count(features.length), ...features, count(core.length), ...core]
      : [count(features.length), ...features];
  let words: readonly string[] = [device(names[0]), device(names[1]), block, ...optional];
  for (let faults = oneOf(random, [0, 0, 0, 1, 1, 2]); faults > 0; faults--) {
    words = mutateWords(random, words, () => hostileNumber(random, 0n, 6n));
  }
  return words.join(' ');
}
